package dev.seedgate.platform.database;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Group commit: items that come while others are being stored wait, and are stored together in the
 * next transaction, by the thread of the first of them. Between two groups there is a {@link Rest},
 * unless a whole group waits: what comes meanwhile costs less together, and the database is free
 * for requests. Whoever comes later than that, alone, waits for nobody.
 *
 * <p>Nobody shares another's fate: what a group did not store, or what it was in when it failed,
 * its own thread has to store alone. That must be right for what was stored already, as the answer
 * to a group's commit can be lost.
 */
public final class GroupCommit<T> {

    private static final Logger log = LoggerFactory.getLogger(GroupCommit.class);

    private final int size;
    private final Rest rest;
    private final Function<List<T>, Set<T>> transaction;
    private final LongConsumer pause;
    private final Deque<Waiting<T>> waiting = new ArrayDeque<>();
    private boolean underWay;

    /**
     * @param size of a group at most; 1 = none are made
     * @param rest of these groups alone
     * @param transaction stores a group and answers which of it are stored now; waits for no lock
     *     for long, as all others wait meanwhile
     */
    public GroupCommit(int size, Rest rest, Function<List<T>, Set<T>> transaction) {
        this(size, rest, transaction, LockSupport::parkNanos);
    }

    /**
     * @param pause waits for so many nanoseconds, or not at all if none or fewer are left
     */
    GroupCommit(int size, Rest rest, Function<List<T>, Set<T>> transaction, LongConsumer pause) {
        this.size = size;
        this.rest = rest;
        this.transaction = transaction;
        this.pause = pause;
    }

    /** Answers whether the item has been stored; if not, it has to be stored alone. */
    public boolean store(T item) {
        if (size == 1) {
            return false;
        }
        Waiting<T> own = new Waiting<>(item);
        Turn turn = enter(own) ? Turn.LEAD : own.turn.join();
        return turn == Turn.LEAD ? lead(own) : turn == Turn.STORED;
    }

    /** How many wait for the group that is being stored. */
    synchronized int waiting() {
        return waiting.size();
    }

    private synchronized boolean enter(Waiting<T> own) {
        if (underWay) {
            waiting.add(own);
            return false;
        }
        underWay = true;
        return true;
    }

    private synchronized List<Waiting<T>> groupOf(Waiting<T> leader) {
        List<Waiting<T>> group = new ArrayList<>(List.of(leader));
        while (group.size() < size && !waiting.isEmpty()) {
            group.add(waiting.remove());
        }
        return group;
    }

    private boolean lead(Waiting<T> own) {
        if (waiting() + 1 < size) {
            pause.accept(rest.left());
        }
        List<Waiting<T>> group = groupOf(own);
        long begin = System.nanoTime();
        Set<T> stored = Set.of();
        try {
            stored = transaction.apply(group.stream().map(Waiting::item).toList());
        } catch (RuntimeException e) {
            // Each is stored alone, and whatever is wrong is told then.
            log.debug("a group of {} was not stored", group.size(), e);
        } finally {
            for (Waiting<T> each : group.subList(1, group.size())) {
                each.turn.complete(stored.contains(each.item) ? Turn.STORED : Turn.ALONE);
            }
            rest.beginAfter(System.nanoTime() - begin);
            handOver();
        }
        return stored.contains(own.item);
    }

    private synchronized void handOver() {
        if (waiting.isEmpty()) {
            underWay = false;
        } else {
            waiting.remove().turn.complete(Turn.LEAD);
        }
    }

    private enum Turn {
        LEAD,
        STORED,
        ALONE
    }

    private record Waiting<T>(T item, CompletableFuture<Turn> turn) {

        Waiting(T item) {
            this(item, new CompletableFuture<>());
        }
    }
}
