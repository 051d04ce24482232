package dev.seedgate.task.order;

import dev.seedgate.task.lifecycle.GenerationSettings;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * Group commit of creates. Those that come while others are being admitted wait together, and the
 * first of them admits them all: one statement, one commit and one wait for the disk instead of one
 * each. A create that is alone is admitted at once.
 *
 * <p>Nobody shares another's fate. A group takes no account that another transaction holds: the
 * creates of its team go on in a lane of their own, where their group waits for it, and where all
 * that come for the team meanwhile join them. Of those that wait each team has its turn. What a
 * group does not accept is admitted alone, and so is each of one that fails before its commit. When
 * the answer to the commit is lost, each looks for its own task.
 */
@Component
class CreateGroups {

    private final Admission admission;
    private final int size;
    private final int room;
    private final Duration longestWait;
    private final Lane shared;
    // Of teams whose account another transaction held, as long as creates of them wait for it.
    private final Map<Long, Lane> ofTeams = new HashMap<>();

    @Autowired
    CreateGroups(Admission admission, GenerationSettings settings) {
        this(
                admission,
                settings.createGroupSize(),
                settings.createGroupMaxConcurrent(),
                settings.createGroupMaxWaiting(),
                settings.createGroupMaxWait());
    }

    /**
     * @param atATime groups of teams that don't wait for each other
     * @param groupsWaiting how many full groups may wait in a lane
     */
    CreateGroups(
            Admission admission, int size, int atATime, int groupsWaiting, Duration longestWait) {
        this.admission = admission;
        this.size = size;
        room = size * groupsWaiting;
        shared = new Lane(atATime, false);
        this.longestWait = longestWait;
    }

    /** Accepts the order, or refuses it, as {@link Admission#admit} does. */
    CreateResult admit(PendingCreate create) {
        // What is probably refused would be tried twice. An admin's is written down with the
        // request that it came with, which a group's thread does not know.
        if (size == 1 || create.admin() != null || admission.wasRefusedLately(create.teamId())) {
            return admission.admit(create);
        }
        Waiting own = new Waiting(create, shared);
        Turn turn = enter(own) ? await(own) : Turn.ALONE;
        while (turn instanceof Turn.Lead lead) {
            lead(own, lead.group());
            turn = await(own);
        }
        return switch (turn) {
            case Turn.Admitted admitted -> admitted.result();
            case Turn.Failed failed -> throw failed.failure();
            default -> admission.admit(create);
        };
    }

    /** How many creates wait for their turn. */
    synchronized int waiting() {
        return shared.waiting.size()
                + ofTeams.values().stream().mapToInt(lane -> lane.waiting.size()).sum();
    }

    /** Answers whether it will be told when its turn has come; if not, too many wait. */
    private synchronized boolean enter(Waiting own) {
        own.lane = ofTeams.getOrDefault(own.teamId(), shared);
        if (!own.lane.hasRoom(own, room)) {
            return false;
        }
        own.lane.waiting.add(own);
        start(own.lane);
        return true;
    }

    private Turn await(Waiting own) {
        try {
            return own.turn.get(longestWait.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return leave(own) ? Turn.ALONE : own.turn.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return leave(own) ? Turn.ALONE : own.turn.join();
        } catch (ExecutionException e) {
            throw new IllegalStateException("a turn never fails", e);
        }
    }

    /** Answers false when it is taken already: its group's leader answers within its time. */
    private synchronized boolean leave(Waiting own) {
        return own.lane.waiting.remove(own);
    }

    /** Admits a group by the thread of its first, and tells each, the first too, how it went. */
    private void lead(Waiting first, List<Waiting> group) {
        Lane lane = first.lane;
        first.turn = new CompletableFuture<>();
        GroupAdmission outcome = null;
        RuntimeException failure = null;
        try {
            outcome = admission.admitAll(group.stream().map(it -> it.create).toList(), lane.waits);
        } catch (RuntimeException e) {
            failure = e;
        } finally {
            finish(lane, group, outcome, failure);
        }
    }

    private synchronized void finish(
            Lane lane,
            List<Waiting> group,
            @Nullable GroupAdmission outcome,
            @Nullable RuntimeException failure) {
        if (outcome == null) {
            tell(group, failure == null ? new IllegalStateException("its thread died") : failure);
        } else {
            tell(group, outcome);
        }
        lane.underWay--;
        start(lane);
        ofTeams.values().removeIf(Lane::isIdle);
    }

    private static void tell(List<Waiting> group, RuntimeException failure) {
        for (Waiting each : group) {
            // With nobody else in it the failure is its own.
            boolean own = group.size() == 1 || each.create.mayBeCommitted();
            each.turn.complete(own ? new Turn.Failed(failure) : Turn.ALONE);
        }
    }

    private void tell(List<Waiting> group, GroupAdmission outcome) {
        for (Waiting each : group) {
            CreateResult result = outcome.admitted().get(each.create);
            if (outcome.busy().contains(each.create)) {
                each.lane = ofTeams.computeIfAbsent(each.teamId(), _ -> new Lane(1, true));
                each.lane.waiting.add(each);
            } else {
                each.turn.complete(result == null ? Turn.ALONE : new Turn.Admitted(result));
            }
        }
        ofTeams.values().forEach(this::start);
    }

    /** Lets the first of those that wait lead, with as many of the others as a group has. */
    private void start(Lane lane) {
        if (lane.underWay < lane.width && !lane.waiting.isEmpty()) {
            lane.underWay++;
            List<Waiting> group = lane.take(size);
            group.getFirst().turn.complete(new Turn.Lead(group));
        }
    }

    /** Creates that wait for each other. */
    private static final class Lane {

        private final int width;
        private final boolean waits;
        private final Queue<Waiting> waiting = new ArrayDeque<>();
        private int underWay;

        /**
         * @param width how many groups are being admitted at a time
         * @param waits whether its groups wait for accounts that another transaction holds
         */
        Lane(int width, boolean waits) {
            this.width = width;
            this.waits = waits;
        }

        boolean isIdle() {
            return underWay == 0 && waiting.isEmpty();
        }

        /** The first of a team always has. */
        boolean hasRoom(Waiting own, int most) {
            return waiting.size() < most
                    || waiting.stream().noneMatch(it -> it.teamId() == own.teamId());
        }

        /** The first of each team, then of what is left those that have waited longest. */
        List<Waiting> take(int most) {
            Set<Waiting> group = new LinkedHashSet<>();
            Set<Long> teams = new HashSet<>();
            waiting.stream().filter(it -> teams.add(it.teamId())).limit(most).forEach(group::add);
            waiting.stream()
                    .filter(it -> !group.contains(it))
                    .limit(most - group.size())
                    .toList()
                    .forEach(group::add);
            waiting.removeAll(group);
            return List.copyOf(group);
        }
    }

    /** A create that waits for its turn; guarded by the groups' lock but for the turn itself. */
    private static final class Waiting {

        private final PendingCreate create;
        private Lane lane;
        private CompletableFuture<Turn> turn = new CompletableFuture<>();

        Waiting(PendingCreate create, Lane lane) {
            this.create = create;
            this.lane = lane;
        }

        long teamId() {
            return create.teamId();
        }
    }

    /** What a create that waited is told. */
    private sealed interface Turn {

        Turn ALONE = new Alone();

        /** It is admitted by itself. */
        record Alone() implements Turn {}

        /** It admits these, of which it is the first. */
        record Lead(List<Waiting> group) implements Turn {}

        record Admitted(CreateResult result) implements Turn {}

        /** The answer to the commit is lost, or there is nobody else whose fault it may be. */
        record Failed(RuntimeException failure) implements Turn {}
    }
}
