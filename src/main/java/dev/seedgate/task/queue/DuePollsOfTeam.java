package dev.seedgate.task.queue;

/**
 * A count of a team's due polls.
 *
 * @param weight its share against other teams
 * @param due polls of it that are due
 */
public record DuePollsOfTeam(long teamId, int weight, int due) {

    /** The same team once so many are taken. */
    public DuePollsOfTeam without(int taken) {
        return new DuePollsOfTeam(teamId, weight, due - taken);
    }
}
