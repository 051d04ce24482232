package dev.seedgate.task.dispatch;

import dev.seedgate.task.queue.DuePollsOfTeam;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * The fair share of polls: divides permits between teams by start-time fair queueing, so that a
 * team with thousands of due polls delays nobody. The tags live in the instance's memory: when
 * every instance is fair, so is the cluster, and a claim needs to write nothing but its rows.
 */
class PollFairShare {

    private final long countsKeptNanos;
    private final Map<Long, Double> finishTags = new HashMap<>();
    private double virtualTime;
    private List<DuePollsOfTeam> counted = List.of();
    private long countedNanos;

    /**
     * @param countsKept how long the counts of due polls are used before they are counted again:
     *     with many teams that costs as much as the claim of many polls
     */
    PollFairShare(Duration countsKept) {
        countsKeptNanos = countsKept.toNanos();
    }

    /**
     * How many polls of which team are next, at most {@code permits} in all.
     *
     * @param count counts the due polls of each team up to a limit, the team that waits longest
     *     first
     */
    Map<Long, Integer> allocate(
            int permits, IntFunction<List<DuePollsOfTeam>> count, long nowNanos) {
        if (counted.isEmpty() || nowNanos - countedNanos >= countsKeptNanos) {
            counted = count.apply(permits);
            countedNanos = nowNanos;
        }
        Map<Long, Integer> given = allocate(counted, permits);
        counted =
                counted.stream()
                        .map(team -> team.without(given.getOrDefault(team.teamId(), 0)))
                        .filter(team -> team.due() > 0)
                        .toList();
        return given;
    }

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
