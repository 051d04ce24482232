package dev.seedgate.operations.webhook;

import dev.seedgate.platform.values.Backoff;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The schedule of tries: close together for a receiver that restarts, then farther and farther
 * apart for one that is mended after a weekend; the last is after about 72 hours.
 */
final class RetrySchedule {

    private static final List<Duration> WAITS =
            List.of(
                    Duration.ofSeconds(5),
                    Duration.ofMinutes(1),
                    Duration.ofMinutes(5),
                    Duration.ofMinutes(30),
                    Duration.ofHours(2),
                    Duration.ofHours(5),
                    Duration.ofHours(10),
                    Duration.ofHours(14),
                    Duration.ofHours(18),
                    Duration.ofHours(22));

    // What failed together does not come back together.
    private static final double JITTER = 0.1;

    private RetrySchedule() {}

    /** The wait after so many tries that failed before this one; empty when it was the last. */
    static Optional<Duration> after(int step) {
        return step < WAITS.size()
                ? Optional.of(Backoff.spread(WAITS.get(step), JITTER))
                : Optional.empty();
    }
}
