package dev.seedgate.billing;

import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * What a report may take.
 *
 * @param reportConnections reports at once in one instance; they have connections of their own, so
 *     that no create waits for a report. One is never a team's, and no team has two: so with three
 *     neither an admin nor another team waits for whoever reads on and on
 * @param reportWaiting reports of teams that wait for their turn; of one team, half as many
 * @param reportTimeout of one statement; it is for long ranges, a month takes a second or two
 * @param reportWait how long a report waits for its connection before it is told 503
 * @param reportMemory of the database's, for each sort of a statement before it goes to disk:
 *     enough for a month's groups, little enough for three reports beside the creates
 * @param reportMaxRows of a JSON answer, which is built in memory; CSV is written as it is read and
 *     has no bound
 * @param closeAfter how long after a month's end it can be closed: what was begun within the month
 *     has long been written by then
 */
@Validated
@ConfigurationProperties("seedgate")
record ReportSettings(
        @DefaultValue("3") @Min(1) int reportConnections,
        @DefaultValue("32") @Min(1) int reportWaiting,
        @DefaultValue("30s") Duration reportTimeout,
        @DefaultValue("5s") Duration reportWait,
        @DefaultValue("64MB") DataSize reportMemory,
        @DefaultValue("10000") @Min(1) int reportMaxRows,
        @DefaultValue("1h") @DurationMin(minutes = 10) Duration closeAfter) {}
