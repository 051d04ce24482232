package dev.seedgate.work;

import java.time.Duration;

/** What is due now, and how long until a poll is. */
public record Agenda(int submits, int polls, Duration nextPoll) {

    /** Nothing is planned. */
    static final Duration NOTHING = Duration.ofDays(1);
}
