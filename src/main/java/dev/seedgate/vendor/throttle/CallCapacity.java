package dev.seedgate.vendor.throttle;

import java.time.Duration;

/**
 * Capacity of one instance for calls to the vendor, as pauses, circuit breakers and unanswered
 * submits leave it; the rate is not in it.
 *
 * @param submits how many may be in flight at once
 * @param polls the same for polls
 * @param probe whether the account is stopped and one call may try now if it works again; its
 *     permit is taken first, by the one instance of the cluster that gets it
 * @param retryIn when it is worth asking again, when nothing is open
 */
public record CallCapacity(int submits, int polls, boolean probe, Duration retryIn) {

    /** Whether no call may be made, not even a probe. */
    public boolean isNone() {
        return submits == 0 && polls == 0 && !probe;
    }
}
