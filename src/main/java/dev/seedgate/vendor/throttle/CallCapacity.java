package dev.seedgate.vendor.throttle;

import java.time.Duration;

/**
 * How far the way to the vendor is open for one instance: by pauses, breakers and what is
 * unanswered, not by the rate.
 *
 * @param submits how many may be under way at once
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
