package dev.seedgate.platform.reporting;

import dev.seedgate.platform.values.SizeRange;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Size;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * What a report may take.
 *
 * @param reportConnections reports at once in one instance; they have connections of their own, so
 *     that no create waits for a report. Two leave the database to the creates; the third is there
 *     so that neither teams nor admins take them all
 * @param reportTimeout of one statement; it is for long ranges, a month takes a second or two
 * @param reportWait how long a report waits for its connection before it is told 503
 * @param reportMemory of the database's, for each sort of a statement before it goes to disk:
 *     enough for a month's groups, little enough for all of them beside the creates
 * @param reportMaxRows of a JSON answer, which is built in memory; CSV is written as it is read and
 *     has no bound
 * @param companyName who bills the teams, as statements show it; a line of text, empty for none
 * @param reportDownload the longest that a CSV may take to be read: at a megabyte a second, the
 *     largest that was measured takes two minutes
 * @param reportStall the longest that its reader may take nothing; less than the minute after which
 *     the database ends a transaction that stands still
 * @param statementCloseDelay how long after a month's end it can be closed: what was begun within
 *     the month has long been written by then
 */
@Validated
@ConfigurationProperties("seedgate")
public record ReportSettings(
        @DefaultValue("3") @Min(2) @Max(100) int reportConnections,
        @DefaultValue("30s") @DurationMin(millis = 1) @DurationMax(hours = 1)
                Duration reportTimeout,
        @DefaultValue("5s") @DurationMin @DurationMax(minutes = 5) Duration reportWait,
        @DefaultValue("64MB") @SizeRange(min = "64KB", max = "2GB") DataSize reportMemory,
        @DefaultValue("10000") @Min(1) @Max(1_000_000) int reportMaxRows,
        @DefaultValue("5m") @DurationMin(seconds = 1) @DurationMax(hours = 1)
                Duration reportDownload,
        @DefaultValue("20s") @DurationMin(seconds = 1) @DurationMax(seconds = 50)
                Duration reportStall,
        @DefaultValue("1h") @DurationMin(minutes = 10) @DurationMax(days = 30)
                Duration statementCloseDelay,
        @DefaultValue("") @Size(max = 200) String companyName) {}
