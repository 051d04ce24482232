package dev.seedgate.platform.database;

import static org.springframework.web.context.request.RequestAttributes.SCOPE_REQUEST;

import java.sql.SQLTransientConnectionException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.RequestContextHolder;

/**
 * Queues that decide which request gets a connection next. A team first waits in a queue of its own
 * for one of the connections that it may have; those who have got that far wait together, first
 * come, first served. So beside a team that floods, another waits for no more than the few that the
 * first may have, and a flood is refused to its author. Whoever finds too many waiting is refused
 * at once: under overload a fast refusal lets those who wait get their turn, where a long queue
 * would time everybody out.
 */
public final class ConnectionShares {

    /**
     * The attribute of a request that says which team makes it; without it the request waits in the
     * shared queue only.
     */
    public static final String TEAM = ConnectionShares.class.getName() + ".team";

    /** Bound where a thread works for others' requests: those of this team, or of several. */
    private static final ScopedValue<Optional<Object>> FOR_REQUESTS = ScopedValue.newInstance();

    private final Queue shared;
    private final int teamConnections;
    private final int teamMaxWaiting;
    private final long maxWaitNanos;
    private final LongAdder given = new LongAdder();
    private final LongAdder refused = new LongAdder();

    // As many as there are teams.
    private final Map<Object, Queue> teams = new ConcurrentHashMap<>();

    /**
     * @param connections that requests may have at once
     * @param maxWaitMillis the longest that a request waits, in both queues together
     */
    ConnectionShares(int connections, QueueSettings settings, long maxWaitMillis) {
        shared = new Queue(connections, settings.databaseMaxWaiting());
        teamConnections = settings.teamsPartOf(connections);
        teamMaxWaiting = settings.teamsPartOf(settings.databaseMaxWaiting());
        maxWaitNanos = TimeUnit.MILLISECONDS.toNanos(maxWaitMillis);
    }

    /**
     * Does what several requests wait for: its connections are theirs, by whatever thread.
     *
     * @param team at whose expense; null = several teams', and at nobody's
     */
    public static <T> T callForRequests(@Nullable Object team, Supplier<T> work) {
        return ScopedValue.where(FOR_REQUESTS, Optional.ofNullable(team)).call(work::get);
    }

    /** Answers whether this thread takes connections for requests now, its own or others'. */
    static boolean isForRequests() {
        return FOR_REQUESTS.isBound() || RequestContextHolder.getRequestAttributes() != null;
    }

    /** At whose expense; null = at nobody's. */
    private static @Nullable Object team() {
        if (FOR_REQUESTS.isBound()) {
            return FOR_REQUESTS.get().orElse(null);
        }
        RequestAttributes request = RequestContextHolder.getRequestAttributes();
        return request == null ? null : request.getAttribute(TEAM, SCOPE_REQUEST);
    }

    /**
     * Waits for a connection's turn.
     *
     * @return gives it back
     */
    Runnable take() throws SQLTransientConnectionException {
        Object team = team();
        long deadline = System.nanoTime() + maxWaitNanos;
        Queue own =
                team == null
                        ? null
                        : teams.computeIfAbsent(
                                team, _ -> new Queue(teamConnections, teamMaxWaiting));
        if (own != null && !own.enter(deadline)) {
            refused.increment();
            throw new ShareExceededException(
                    "a team has %d connections and %d places to wait for them"
                            .formatted(teamConnections, teamMaxWaiting));
        }
        boolean entered = false;
        try {
            entered = shared.enter(deadline);
        } finally {
            if (!entered && own != null) {
                own.leave();
            }
        }
        if (!entered) {
            refused.increment();
            throw new SQLTransientConnectionException("too many requests wait for a connection");
        }
        given.increment();
        return () -> {
            shared.leave();
            if (own != null) {
                own.leave();
            }
        };
    }

    /** Requests that wait now. */
    int waiting() {
        return shared.waiting.get()
                + teams.values().stream().mapToInt(team -> team.waiting.get()).sum();
    }

    /** How many connections requests were ever given. */
    long given() {
        return given.sum();
    }

    /** How many were refused, at once because too many wait or after the longest wait. */
    long refused() {
        return refused.sum();
    }

    private static final class Queue {

        private final Semaphore free;
        private final int maxWaiting;
        private final AtomicInteger waiting = new AtomicInteger();

        Queue(int connections, int maxWaiting) {
            this.free = new Semaphore(connections, true);
            this.maxWaiting = maxWaiting;
        }

        boolean enter(long deadline) throws SQLTransientConnectionException {
            try {
                // Unlike without a time this doesn't overtake.
                if (free.tryAcquire(0, TimeUnit.NANOSECONDS)) {
                    return true;
                }
                if (waiting.incrementAndGet() > maxWaiting) {
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
