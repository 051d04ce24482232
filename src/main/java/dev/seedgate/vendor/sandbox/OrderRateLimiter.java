package dev.seedgate.vendor.sandbox;

import org.springframework.stereotype.Component;

/** Orders a second that are taken, with a second's worth of them at once; of this process. */
@SandboxOnly
@Component
class OrderRateLimiter {

    private static final double SECOND_NANOS = 1e9;

    private final long spacingNanos;
    private final long burstNanos;

    /** When all orders so far are worn off. */
    private long nextArrivalNanos = System.nanoTime();

    OrderRateLimiter(SandboxSettings settings) {
        spacingNanos = (long) (SECOND_NANOS / settings.sandboxOrdersPerSecond());
        burstNanos = Math.max(spacingNanos, (long) SECOND_NANOS);
    }

    /** Counts an order, or refuses it for now. */
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
