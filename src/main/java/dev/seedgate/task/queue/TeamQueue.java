package dev.seedgate.task.queue;

import java.time.Duration;

/**
 * The queue of one team: its tasks that wait to be submitted.
 *
 * @param weight its share against other teams
 * @param tasks how many
 * @param suspects how many of them stopped the account so often that it may be them
 * @param oldest how long the first of them has waited
 */
public record TeamQueue(long teamId, int weight, int tasks, int suspects, Duration oldest) {}
