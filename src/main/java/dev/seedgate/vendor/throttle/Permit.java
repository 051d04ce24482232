package dev.seedgate.vendor.throttle;

/**
 * Permit to make one call now. Dropped when it is not used by its deadline, so that permits taken
 * in a row are not spent at once.
 *
 * @param deadlineNanos the last moment to begin the call, by {@link System#nanoTime()}. The request
 *     itself is written before this moment plus the connect timeout (10 s at most), or never
 * @param probe whether the call tries if a stopped account works again
 */
public record Permit(long deadlineNanos, boolean probe) {}
