package dev.seedgate.task.order;

import dev.seedgate.platform.database.ConnectionShares;
import dev.seedgate.task.lifecycle.GenerationSettings;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * Group commit of creates. Those that come while others are being admitted wait together, and are
 * then admitted together: one statement, one commit and one wait for the disk instead of one each.
 * A create that is alone is admitted at once.
 *
 * <p>Nobody shares another's fate. A group leaves a team undecided whose account another
 * transaction holds, or that needs more than the fast path: its creates go on in a lane of their
 * own, where their group waits for the account, and where all that come for the team meanwhile join
 * them. Of those that wait each team has its turn. What a group does not accept is admitted alone,
 * and so is each of one that fails before its commit. When the answer to the commit is lost, each
 * looks for its own task.
 */
@Component
class CreateGroups implements AutoCloseable {

    private final Admission admission;
    private final int size;
    private final int room;
    private final long longestWaitNanos;
    // Platform threads: a virtual one that waits for the database is handed on between three.
    private final ExecutorService threads;
    private final Lane shared;
    // Of teams that a shared group left undecided, as long as creates of them wait.
    private final Map<Long, Lane> ofTeams = new HashMap<>();
    private boolean watched;

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
        longestWaitNanos = longestWait.toNanos();
        threads =
                Executors.newFixedThreadPool(
                        atATime, Thread.ofPlatform().daemon().name("create-groups-", 0).factory());
        shared = new Lane(atATime, null, threads);
    }

    /** Accepts the order, or refuses it, as {@link Admission#admit} does. */
    CreateResult admit(PendingCreate create) {
        // What is probably refused would be tried twice. An admin's is written down with the
        // request that it came with, which a group's thread does not know.
        if (size == 1 || create.admin() != null || admission.wasRefusedLately(create.teamId())) {
            return admission.admit(create);
        }
        Waiting own = new Waiting(create);
        Turn turn = enter(own) ? own.turn.join() : Turn.ALONE;
        return switch (turn) {
            case Turn.Admitted admitted -> admitted.result();
            case Turn.Failed failed -> throw failed.failure();
            case Turn.Alone _ -> admission.admit(create);
        };
    }

    /** How many creates wait for their turn. */
    synchronized int waiting() {
        return shared.waiting.size()
                + ofTeams.values().stream().mapToInt(lane -> lane.waiting.size()).sum();
    }

    /** Admits those that wait, and from then on each alone. */
    @Override
    public void close() {
        // Under the lock: a lane is never started on threads that take nothing more.
        synchronized (this) {
            threads.shutdown();
        }
        threads.close();
    }

    /** Answers whether it will be told when its turn has come; if not, too many wait. */
    private synchronized boolean enter(Waiting own) {
        Lane lane = ofTeams.getOrDefault(own.teamId(), shared);
        if (threads.isShutdown() || !lane.hasRoom(own, room)) {
            return false;
        }
        lane.waiting.add(own);
        start(lane);
        if (!watched) {
            watched = true;
            watchFor(longestWaitNanos);
        }
        return true;
    }

    /**
     * One look at all that wait, when the oldest is due. For a time-out of each, a thread of the
     * JDK is woken twice.
     */
    private void watchFor(long nanos) {
        CompletableFuture.delayedExecutor(nanos, TimeUnit.NANOSECONDS, Thread::startVirtualThread)
                .execute(this::letGo);
    }

    /** Those that have waited too long: the database may hang for their groups alone. */
    private synchronized void letGo() {
        long now = System.nanoTime();
        List<Lane> lanes = new ArrayList<>(ofTeams.values());
        lanes.add(shared);
        lanes.forEach(lane ->
                lane.waiting.removeIf(
                        it -> now - it.since >= longestWaitNanos && it.turn.complete(Turn.ALONE)));
        OptionalLong longest =
                lanes.stream()
                        .flatMap(lane -> lane.waiting.stream())
                        .mapToLong(it -> now - it.since)
                        .max();
        watched = longest.isPresent();
        longest.ifPresent(waited -> watchFor(longestWaitNanos - waited));
    }

    /** Begins to admit who waits, unless enough of the lane's groups are being admitted. */
    private void start(Lane lane) {
        if (lane.underWay < lane.width && !lane.waiting.isEmpty()) {
            lane.underWay++;
            lane.threads.execute(() -> admitGroups(lane));
        }
    }

    private void admitGroups(Lane lane) {
        for (List<Waiting> group = next(lane); !group.isEmpty(); group = next(lane)) {
            admit(lane, group);
        }
    }

    private synchronized List<Waiting> next(Lane lane) {
        List<Waiting> group = lane.take(size);
        if (group.isEmpty()) {
            lane.underWay--;
            ofTeams.values().removeIf(Lane::isIdle);
        }
        return group;
    }

    /** Admits a group, and tells each how it went. */
    private void admit(Lane lane, List<Waiting> group) {
        List<PendingCreate> creates = group.stream().map(it -> it.create).toList();
        try {
            tell(
                    group,
                    ConnectionShares.callForRequests(
                            lane.team, () -> admission.admitAll(creates, lane.team != null)));
        } catch (RuntimeException e) {
            tell(group, e);
        } catch (Error e) {
            tell(group, new IllegalStateException("a group of creates broke", e));
        }
    }

    private static void tell(List<Waiting> group, RuntimeException failure) {
        for (Waiting each : group) {
            // With nobody else in it the failure is its own.
            boolean own = group.size() == 1 || each.create.mayBeCommitted();
            each.turn.complete(own ? new Turn.Failed(failure) : Turn.ALONE);
        }
    }

    private synchronized void tell(List<Waiting> group, GroupAdmission outcome) {
        for (Waiting each : group) {
            CreateResult result = outcome.admitted().get(each.create);
            if (outcome.undecided().contains(each.create)) {
                ofTeams.computeIfAbsent(each.teamId(), Lane::ofTeam).waiting.add(each);
            } else {
                each.turn.complete(result == null ? Turn.ALONE : new Turn.Admitted(result));
            }
        }
        ofTeams.values().forEach(this::start);
    }

    /** Creates that wait for each other. */
    private static final class Lane {

        private final int width;
        private final @Nullable Long team;
        private final Executor threads;
        private final Queue<Waiting> waiting = new ArrayDeque<>();
        private int underWay;

        /**
         * @param width how many groups are being admitted at a time
         * @param team whose creates alone they are; its groups wait for its account, at its
         *     expense. Null = groups of several teams, which wait for none
         */
        Lane(int width, @Nullable Long team, Executor threads) {
            this.width = width;
            this.team = team;
            this.threads = threads;
        }

        static Lane ofTeam(long team) {
            // As many as there are such teams, and for as long as they wait.
            return new Lane(1, team, Thread::startVirtualThread);
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

    /** A create that waits for its turn. */
    private static final class Waiting {

        private final PendingCreate create;
        private final long since = System.nanoTime();
        private final CompletableFuture<Turn> turn = new CompletableFuture<>();

        Waiting(PendingCreate create) {
            this.create = create;
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

        record Admitted(CreateResult result) implements Turn {}

        /** The answer to the commit is lost, or there is nobody else whose fault it may be. */
        record Failed(RuntimeException failure) implements Turn {}
    }
}
