package dev.seedgate.task.queue;

/**
 * A team that waits for polls.
 *
 * @param weight its share against other teams
 * @param due polls of it that are due
 */
public record DuePollsOfTeam(long teamId, int weight, int due) {}
