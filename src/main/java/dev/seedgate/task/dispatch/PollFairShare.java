package dev.seedgate.task.dispatch;

import dev.seedgate.task.queue.DuePollsOfTeam;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The fair share of polls: divides permits between teams by start-time fair queueing, so that a
 * team with thousands of due polls delays nobody. The tags live in the instance's memory: when
 * every instance is fair, so is the cluster, and a claim needs to write nothing but its rows.
 */
class PollFairShare {

    private final Map<Long, Double> finishTags = new HashMap<>();
    private double virtualTime;

    /**
     * How many polls of which team are next, at most {@code permits} in all.
     *
     * @param waiting the teams with due polls, the one that waits longest first
     */
    Map<Long, Integer> allocate(List<DuePollsOfTeam> waiting, int permits) {
        // A team that waits for nothing keeps no claim on the future.
        finishTags.values().removeIf(tag -> tag <= virtualTime);
        List<DuePollsOfTeam> open = new ArrayList<>(waiting);
        Map<Long, Integer> given = new LinkedHashMap<>();
        for (int i = 0; i < permits && !open.isEmpty(); i++) {
            DuePollsOfTeam next =
                    open.stream().min(Comparator.comparingDouble(this::startTag)).orElseThrow();
            double start = startTag(next);
            virtualTime = start;
            finishTags.put(next.teamId(), start + 1.0 / next.weight());
            if (given.merge(next.teamId(), 1, Integer::sum) == next.due()) {
                open.remove(next);
            }
        }
        return given;
    }

    private double startTag(DuePollsOfTeam team) {
        return Math.max(virtualTime, finishTags.getOrDefault(team.teamId(), 0.0));
    }
}
