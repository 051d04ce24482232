package dev.seedgate.billing;

import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * What a report may take.
 *
 * @param reportConnections reports at once in one instance; they have connections of their own, so
 *     that no create waits for a report, and two leave the database to the creates
 * @param reportTimeout of one statement; a month of half a million tasks takes a second or two, a
 *     year of them some twenty
 * @param reportWait how long a report waits for its connection before it is told 503
 * @param reportMaxRows of a JSON answer, which is built in memory; CSV is written as it is read and
 *     has no bound
 * @param closeAfter how long after a month's end it can be closed: what was begun within the month
 *     has long been written by then
 */
@Validated
@ConfigurationProperties("seedgate")
record ReportSettings(
        @DefaultValue("2") @Min(1) int reportConnections,
        @DefaultValue("30s") Duration reportTimeout,
        @DefaultValue("5s") Duration reportWait,
        @DefaultValue("10000") @Min(1) int reportMaxRows,
        @DefaultValue("1h") Duration closeAfter) {}
