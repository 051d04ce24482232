package dev.seedgate.platform.values;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Waits between tries that double up to a longest one, with jitter, so that what failed together
 * does not come back together.
 *
 * @param first before the second try
 * @param longest at most, but for the jitter
 */
public record Backoff(Duration first, Duration longest) {

    private static final double JITTER = 0.25;

    // Enough to reach any longest wait, and little enough that nothing overflows.
    private static final int MOST_DOUBLINGS = 20;

    /**
     * The wait after so many failures.
     *
     * @param failures 1 after the first one
     */
    public Duration after(int failures) {
        int doublings = Math.clamp(failures - 1L, 0, MOST_DOUBLINGS);
        return spread(shorter(first.multipliedBy(1L << doublings), longest), JITTER);
    }

    /**
     * About so long.
     *
     * @param part by how much longer or shorter it may be, 0.1 = a tenth
     */
    public static Duration spread(Duration wait, double part) {
        double factor = ThreadLocalRandom.current().nextDouble(1 - part, 1 + part);
        return Duration.ofNanos((long) (wait.toNanos() * factor));
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
