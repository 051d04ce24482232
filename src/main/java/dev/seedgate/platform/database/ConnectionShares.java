package dev.seedgate.platform.database;

import java.sql.SQLTransientConnectionException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Which request gets a connection next. A team first waits in a queue of its own for one of the
 * connections that it may have; those who have got that far wait together, first come, first
 * served. So beside a team that floods, another waits for no more than the few that the first may
 * have, and a flood is refused to its author. Whoever finds too many waiting is refused at once:
 * under overload a fast refusal lets those who wait get their turn, where a long queue would time
 * everybody out.
 */
public final class ConnectionShares {

    /** The attribute of a request that says which team makes it; without, it is nobody's flood. */
    public static final String TEAM = ConnectionShares.class.getName() + ".team";

    private final Queue everybody;
    private final int teamsConnections;
    private final int teamsPlaces;
    private final long patienceNanos;
    private final LongAdder refused = new LongAdder();

    // As many as there are teams.
    private final Map<Object, Queue> teams = new ConcurrentHashMap<>();

    /**
     * @param connections that requests may have at once
     * @param patienceMillis of a request, in both queues together
     */
    ConnectionShares(int connections, QueueSettings settings, long patienceMillis) {
        everybody = new Queue(connections, settings.databaseMaxWaiting());
        teamsConnections = settings.teamsPartOf(connections);
        teamsPlaces = settings.teamsPartOf(settings.databaseMaxWaiting());
        patienceNanos = TimeUnit.MILLISECONDS.toNanos(patienceMillis);
    }

    /**
     * Waits for a connection's turn.
     *
     * @return gives it back
     */
    Runnable take(@Nullable Object team) throws SQLTransientConnectionException {
        long deadline = System.nanoTime() + patienceNanos;
        Queue own =
                team == null
                        ? null
                        : teams.computeIfAbsent(
                                team, _ -> new Queue(teamsConnections, teamsPlaces));
        if (own != null && !own.enter(deadline)) {
            refused.increment();
            throw new ShareExceededException(
                    "a team has %d connections and %d places to wait for them"
                            .formatted(teamsConnections, teamsPlaces));
        }
        boolean entered = false;
        try {
            entered = everybody.enter(deadline);
        } finally {
            if (!entered && own != null) {
                own.leave();
            }
        }
        if (!entered) {
            refused.increment();
            throw new SQLTransientConnectionException("too many requests wait for a connection");
        }
        return () -> {
            everybody.leave();
            if (own != null) {
                own.leave();
            }
        };
    }

    /** Requests that wait now. */
    int waiting() {
        return everybody.waiting.get()
                + teams.values().stream().mapToInt(team -> team.waiting.get()).sum();
    }

    /** How many were told that too many wait, at once or when their patience was at its end. */
    long refused() {
        return refused.sum();
    }

    private static final class Queue {

        private final Semaphore free;
        private final int places;
        private final AtomicInteger waiting = new AtomicInteger();

        Queue(int connections, int places) {
            this.free = new Semaphore(connections, true);
            this.places = places;
        }

        boolean enter(long deadline) throws SQLTransientConnectionException {
            try {
                // Unlike without a time this doesn't overtake.
                if (free.tryAcquire(0, TimeUnit.NANOSECONDS)) {
                    return true;
                }
                if (waiting.incrementAndGet() > places) {
                    waiting.decrementAndGet();
                    return false;
                }
                try {
                    return free.tryAcquire(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                } finally {
                    waiting.decrementAndGet();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new SQLTransientConnectionException("interrupted", e);
            }
        }

        void leave() {
            free.release();
        }
    }
}
