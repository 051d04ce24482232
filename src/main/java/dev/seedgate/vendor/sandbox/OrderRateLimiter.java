package dev.seedgate.vendor.sandbox;

import org.springframework.stereotype.Component;

/** Rate limiter of the orders of this process, with a burst of one second's worth (GCRA). */
@SandboxOnly
@Component
class OrderRateLimiter {

    private static final double SECOND_NANOS = 1e9;

    private final long spacingNanos;
    private final long burstNanos;

    /** Theoretical arrival time of the next order, by {@link System#nanoTime()}. */
    private long nextArrivalNanos = System.nanoTime();

    OrderRateLimiter(SandboxSettings settings) {
        spacingNanos = (long) (SECOND_NANOS / settings.sandboxOrdersPerSecond());
        burstNanos = Math.max(spacingNanos, (long) SECOND_NANOS);
    }

    /** Counts an order; false when it comes too soon. */
    synchronized boolean tryAcquire() {
        long now = System.nanoTime();
        long next = (nextArrivalNanos - now < 0 ? now : nextArrivalNanos) + spacingNanos;
        if (next - now > burstNanos) {
            return false;
        }
        nextArrivalNanos = next;
        return true;
    }
}
