package dev.seedgate.dispatch;

import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * @param dispatchInterval how often an idle instance looks for work that another one accepted
 * @param dispatchClaimLease a claimed task that is not being sent by then is claimed again
 * @param dispatchLeaseMargin added to the longest a call can take before a silent instance is held
 *     to be dead
 * @param dispatchSweepInterval how often overdue and abandoned tasks are looked for
 */
@Validated
@ConfigurationProperties("seedgate")
record DispatchSettings(
        @DefaultValue("1s") @DurationMin(millis = 1) @DurationMax(minutes = 1)
                Duration dispatchInterval,
        @DefaultValue("30s") @DurationMin(millis = 1) @DurationMax(hours = 1)
                Duration dispatchClaimLease,
        @DefaultValue("30s") @DurationMin @DurationMax(hours = 1) Duration dispatchLeaseMargin,
        @DefaultValue("5s") @DurationMin(millis = 1) @DurationMax(hours = 1)
                Duration dispatchSweepInterval) {}
