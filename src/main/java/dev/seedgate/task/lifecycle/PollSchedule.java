package dev.seedgate.task.lifecycle;

import dev.seedgate.platform.values.Backoff;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How often the vendor is asked for a task. Every poll costs it something, so the older a task, the
 * rarer.
 *
 * @param pollFirstAfter from the acceptance; no render is faster
 * @param pollInterval the shortest between two polls
 * @param pollMaxInterval the longest between two polls
 * @param pollExpiredInterval between two polls of an expired task
 */
@Validated
@ConfigurationProperties("seedgate")
record PollSchedule(
        @DefaultValue("5s") @DurationMin(millis = 1) @DurationMax(hours = 1)
                Duration pollFirstAfter,
        @DefaultValue("5s") @DurationMin(millis = 1) @DurationMax(hours = 1) Duration pollInterval,
        @DefaultValue("60s") @DurationMin(millis = 1) @DurationMax(days = 1)
                Duration pollMaxInterval,
        @DefaultValue("1h") @DurationMin(millis = 1) @DurationMax(days = 7)
                Duration pollExpiredInterval) {

    /**
     * Until the next poll of a task of this age: a tenth of its age, within bounds, a little
     * spread.
     */
    Duration next(Duration age) {
        long wanted =
                Math.max(
                        pollInterval.toMillis(),
                        Math.min(age.toMillis() / 10, pollMaxInterval.toMillis()));
        return Backoff.spread(Duration.ofMillis(wanted), 0.1);
    }
}
