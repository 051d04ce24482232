package dev.seedgate.task.queue;

import java.time.Duration;

/**
 * Counts of what is due now, and the time until the next poll that is not due yet will be.
 *
 * @param submits whether a task waits to be submitted, of a team that is not suspended
 * @param polls how many, counted up to a limit
 */
public record DueCounts(boolean submits, int polls, Duration nextPoll) {

    /** Nothing is planned. */
    static final Duration NOTHING = Duration.ofDays(1);
}
