package dev.seedgate.dispatch;

import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * @param upstreamMaxConcurrent calls in flight in this instance
 * @param upstreamSubmitTimeout how long a submit may take to be answered
 * @param upstreamStatusTimeout how long a poll may take to be answered
 * @param dispatchInterval how often an idle instance looks for work that another one accepted
 * @param dispatchClaimLease a claimed task that is not being sent by then is claimed again
 * @param dispatchLeaseMargin added to a timeout before a silent instance is held to be dead
 * @param dispatchSweepInterval how often overdue and abandoned tasks are looked for
 */
@Validated
@ConfigurationProperties("seedgate")
record DispatchSettings(
        @DefaultValue("32") @Min(1) int upstreamMaxConcurrent,
        @DefaultValue("60s") Duration upstreamSubmitTimeout,
        @DefaultValue("10s") Duration upstreamStatusTimeout,
        @DefaultValue("1s") Duration dispatchInterval,
        @DefaultValue("30s") Duration dispatchClaimLease,
        @DefaultValue("30s") Duration dispatchLeaseMargin,
        @DefaultValue("5s") Duration dispatchSweepInterval) {

    Duration submitLease() {
        return upstreamSubmitTimeout.plus(dispatchLeaseMargin);
    }

    Duration pollLease() {
        return upstreamStatusTimeout.plus(dispatchLeaseMargin);
    }
}
