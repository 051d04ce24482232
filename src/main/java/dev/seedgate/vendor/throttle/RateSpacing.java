package dev.seedgate.vendor.throttle;

import java.time.Duration;

/**
 * Spacing of the cluster's calls at an even rate.
 *
 * @param spacingMicros microseconds between two calls
 * @param burst calls that may go at once after a rest
 */
record RateSpacing(long spacingMicros, int burst) {

    /**
     * Seconds of the rate that may go at once, a twentieth: asking for permits 20 times a second
     * uses the rate up.
     */
    private static final double BURST_SECONDS = 0.05;

    static RateSpacing of(double requestsPerSecond) {
        int burst = burst(requestsPerSecond);
        // The burst comes on top of the pace, so the pace is a little slower: in no second are
        // there more calls than the rate says. Rounded up to what a timestamp can hold.
        double pace = burst == 1 ? requestsPerSecond : requestsPerSecond - burst + 1;
        return new RateSpacing((long) Math.ceil(1_000_000 / pace), burst);
    }

    static int burst(double requestsPerSecond) {
        return Math.max(1, (int) (requestsPerSecond * BURST_SECONDS));
    }

    Duration spacing() {
        return Duration.ofNanos(spacingMicros * 1000);
    }
}
