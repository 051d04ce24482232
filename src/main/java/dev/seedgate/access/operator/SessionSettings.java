package dev.seedgate.access.operator;

import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * @param consoleSessionIdle a desk that was left; reading a page counts
 * @param consoleSessionMax a working day, also for who never pauses: a role that was taken away at
 *     the provider lives on no longer
 */
@Validated
@ConfigurationProperties("seedgate")
record SessionSettings(
        @DefaultValue("30m") @DurationMin(seconds = 1) @DurationMax(days = 1)
                Duration consoleSessionIdle,
        @DefaultValue("10h") @DurationMin(seconds = 1) @DurationMax(days = 30)
                Duration consoleSessionMax) {}
