package dev.seedgate.task.order;

import dev.seedgate.task.lifecycle.GenerationSettings;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * Group commit of a team's creates. They all move one account, so they can only be admitted one
 * after the other; here those that come while one is being admitted wait together, and the first of
 * them admits them all in one transaction: one lock of the account, one commit, instead of one
 * each. Teams don't wait for each other, and a create that is alone is admitted at once.
 *
 * <p>Nobody shares another's fate: when a group fails before its commit, because one of it is
 * refused or by the database, each of it is admitted alone. When the answer to the commit is lost,
 * each looks for its own task.
 */
@Component
class CreateGroups {

    // What waits longer than some groups take is better off with the rules for a crowded database.
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);
    private static final int GROUPS_WAITING = 8;

    private final Admission admission;
    private final int size;
    private final Duration longestWait;
    // A team is in here as long as creates of it are being admitted, with those that wait.
    private final Map<Long, Queue<Waiting>> teams = new ConcurrentHashMap<>();

    @Autowired
    CreateGroups(Admission admission, GenerationSettings settings) {
        this(admission, settings.createGroupSize(), LONGEST_WAIT);
    }

    CreateGroups(Admission admission, int size, Duration longestWait) {
        this.admission = admission;
        this.size = size;
        this.longestWait = longestWait;
    }

    /** Accepts the order, or refuses it, as {@link Admission#admit} does. */
    CreateResult admit(PendingCreate create) {
        // What is probably refused makes no group fail. An admin's is written down with the request
        // that it came with, which a group's thread does not know.
        if (size == 1 || create.admin() != null || admission.wasRefusedLately(create.teamId())) {
            return admission.admit(create);
        }
        Waiting own = new Waiting(create);
        return switch (enter(own)) {
            case ALONE -> admission.admit(create);
            case FIRST -> lead(List.of(own));
            case BEHIND -> await(own);
        };
    }

    private Place enter(Waiting own) {
        Place[] place = new Place[1];
        teams.compute(
                own.teamId(),
                (_, waiting) -> {
                    if (waiting == null) {
                        place[0] = Place.FIRST;
                        return new ArrayDeque<>();
                    }
                    boolean room = waiting.size() < size * GROUPS_WAITING;
                    place[0] = room ? Place.BEHIND : Place.ALONE;
                    if (room) {
                        waiting.add(own);
                    }
                    return waiting;
                });
        return place[0];
    }

    private CreateResult await(Waiting own) {
        Turn turn;
        try {
            turn = own.turn.get(longestWait.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            // Taken already: whoever leads it answers within its transaction's time.
            turn = leave(own) ? Turn.ALONE : own.turn.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            turn = leave(own) ? Turn.ALONE : own.turn.join();
        } catch (ExecutionException e) {
            throw new IllegalStateException("a turn never fails", e);
        }
        return switch (turn) {
            case Turn.Alone _ -> admission.admit(own.create);
            case Turn.Lead lead -> lead(lead.group());
            case Turn.Admitted admitted -> admitted.result();
            case Turn.Failed failed -> throw failed.failure();
        };
    }

    /** How many creates of this team wait. */
    int waiting(long team) {
        int[] count = new int[1];
        teams.computeIfPresent(
                team,
                (_, waiting) -> {
                    count[0] = waiting.size();
                    return waiting;
                });
        return count[0];
    }

    private boolean leave(Waiting own) {
        boolean[] left = new boolean[1];
        teams.computeIfPresent(
                own.teamId(),
                (_, waiting) -> {
                    left[0] = waiting.remove(own);
                    return waiting;
                });
        return left[0];
    }

    /** Admits a group by the thread of its first. */
    private CreateResult lead(List<Waiting> group) {
        Waiting own = group.getFirst();
        List<Waiting> others = group.subList(1, group.size());
        @Nullable RuntimeException failure = null;
        try {
            if (others.isEmpty()) {
                return admission.admit(own.create);
            }
            List<CreateResult> results =
                    admission.admitAll(group.stream().map(it -> it.create).toList());
            for (int i = 1; i < group.size(); i++) {
                group.get(i).turn.complete(new Turn.Admitted(results.get(i)));
            }
            return results.getFirst();
        } catch (RuntimeException e) {
            failure = e;
            if (others.isEmpty() || own.create.mayBeCommitted()) {
                throw e;
            }
        } finally {
            tellRest(others, failure);
            giveTurn(own.teamId());
        }
        return admission.admit(own.create);
    }

    /** Whoever has no answer yet gets one, whatever has happened. */
    private static void tellRest(List<Waiting> others, @Nullable RuntimeException failure) {
        for (Waiting other : others) {
            other.turn.complete(
                    other.create.mayBeCommitted()
                            ? new Turn.Failed(
                                    failure == null
                                            ? new IllegalStateException("the group's thread died")
                                            : failure)
                            : Turn.ALONE);
        }
    }

    /** Lets the first of those that wait lead, with as many of the others as a group has. */
    private void giveTurn(long team) {
        teams.computeIfPresent(
                team,
                (_, waiting) -> {
                    List<Waiting> group = new ArrayList<>();
                    while (group.size() < size && !waiting.isEmpty()) {
                        group.add(waiting.remove());
                    }
                    if (group.isEmpty()) {
                        return null;
                    }
                    group.getFirst().turn.complete(new Turn.Lead(group));
                    return waiting;
                });
    }

    private enum Place {
        FIRST,
        BEHIND,
        ALONE
    }

    /** A create that waits for its turn. */
    private record Waiting(PendingCreate create, CompletableFuture<Turn> turn) {

        Waiting(PendingCreate create) {
            this(create, new CompletableFuture<>());
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

        /** The answer to the commit is lost. */
        record Failed(RuntimeException failure) implements Turn {}
    }
}
