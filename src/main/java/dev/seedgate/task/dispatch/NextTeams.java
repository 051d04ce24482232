package dev.seedgate.task.dispatch;

import java.time.Duration;
import java.util.List;
import java.util.function.IntFunction;

/**
 * The teams whose turn to submit is next, remembered from one claim to the next while there is a
 * backlog: to find them takes a look at each team that waits, with a thousand longer than all the
 * rest of a claim. They are the right ones for as many tasks as there are teams among them; a team
 * that begins to wait meanwhile is found with the next look.
 */
class NextTeams {

    private final int most;
    private final long keptNanos;
    private final IntFunction<List<Long>> look;
    private List<Long> teams = List.of();
    private boolean backlog;
    private int tasksLeft;
    private long lookedNanos;

    /**
     * @param most teams that are remembered
     * @param kept for so long at most
     * @param look finds so many of them at most
     */
    NextTeams(int most, Duration kept, IntFunction<List<Long>> look) {
        this.most = most;
        keptNanos = kept.toNanos();
        this.look = look;
    }

    /** The teams to claim tasks of; none = of whichever wait, as the last claim took all. */
    List<Long> get(int tasks, long nowNanos) {
        if (!backlog) {
            return List.of();
        }
        if (teams.isEmpty() || tasksLeft < tasks || nowNanos - lookedNanos >= keptNanos) {
            teams = look.apply(most);
            tasksLeft = most;
            lookedNanos = nowNanos;
        }
        return teams;
    }

    /**
     * A claim has been made.
     *
     * @param all whether it got as many as it wanted: else nothing more waits, of these teams
     */
    void claimed(int tasks, boolean all) {
        tasksLeft -= tasks;
        backlog = all;
        if (!all) {
            teams = List.of();
        }
    }
}
