package dev.seedgate.vendor.throttle;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Snapshot of what stands between the gateway and the vendor.
 *
 * @param upstream {@code sandbox} or {@code seedance}
 * @param requestsPerSecond the limit of the whole cluster
 * @param maxConcurrent calls in flight, of one instance
 * @param submitsOpenFor how long this instance's breaker still keeps submits back; zero when closed
 * @param pollsOpenFor the same for polls
 */
public record UpstreamState(
        String upstream,
        double requestsPerSecond,
        int maxConcurrent,
        Duration submitsOpenFor,
        Duration pollsOpenFor,
        List<Pause> pauses) {

    /**
     * Why the vendor is not called.
     *
     * @param until null when it ends by a probe or a person only
     */
    public record Pause(
            String reason, Instant since, @Nullable Instant until, @Nullable String detail) {}
}
