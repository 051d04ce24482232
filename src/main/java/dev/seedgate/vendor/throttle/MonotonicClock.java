package dev.seedgate.vendor.throttle;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/**
 * Clock on {@link System#nanoTime()} that nobody can set: for measuring waits, not for the time of
 * day.
 */
public final class MonotonicClock extends Clock {

    private final long started = System.nanoTime();

    @Override
    public Instant instant() {
        return Instant.EPOCH.plusNanos(System.nanoTime() - started);
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}
