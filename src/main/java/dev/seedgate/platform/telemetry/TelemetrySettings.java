package dev.seedgate.platform.telemetry;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Settings of the metrics.
 *
 * @param metricsTeamLabel whether creates and credits are counted by team: names of teams are
 *     nobody's business who merely sees a dashboard
 * @param metricsTeams so many teams have a label of their own, the others share one: a time series
 *     a team and outcome must stay affordable
 * @param metricsInterval how often the cluster's figures are read; a usual scrape interval
 * @param metricsCountLimit rows are counted up to here: beyond it the exact number changes nothing,
 *     and counting a million takes longer than a statement may
 * @param metricsMaxAge how old the metrics may be that a scrape is answered with; well below a
 *     usual scrape interval
 */
@Validated
@ConfigurationProperties("seedgate")
public record TelemetrySettings(
        @DefaultValue("false") boolean metricsTeamLabel,
        @DefaultValue("200") @Min(1) @Max(10_000) int metricsTeams,
        @DefaultValue("15s") @DurationMin(millis = 1) @DurationMax(hours = 1)
                Duration metricsInterval,
        @DefaultValue("100000") @Min(1) @Max(100_000_000) int metricsCountLimit,
        @DefaultValue("1s") @DurationMin @DurationMax(minutes = 1) Duration metricsMaxAge) {}
