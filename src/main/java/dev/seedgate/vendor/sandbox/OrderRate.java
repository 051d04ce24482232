package dev.seedgate.vendor.sandbox;

import org.springframework.stereotype.Component;

/** Orders a second that are taken, with a second's worth of them at once; of this process. */
@SandboxOnly
@Component
class OrderRate {

    private static final double SECOND_NANOS = 1e9;

    private final long stepNanos;
    private final long burstNanos;

    /** When all orders so far are worn off. */
    private long free = System.nanoTime();

    OrderRate(SandboxSettings settings) {
        stepNanos = (long) (SECOND_NANOS / settings.sandboxOrdersPerSecond());
        burstNanos = Math.max(stepNanos, (long) SECOND_NANOS);
    }

    /** Counts an order, or refuses it for now. */
    synchronized boolean take() {
        long now = System.nanoTime();
        long next = (free - now < 0 ? now : free) + stepNanos;
        if (next - now > burstNanos) {
            return false;
        }
        free = next;
        return true;
    }
}
