package dev.seedgate.task.wait;

import dev.seedgate.platform.database.Loop;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.task.lifecycle.Phase;
import dev.seedgate.task.lifecycle.TaskMoved;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.SqlArrayValue;
import org.springframework.stereotype.Component;
import org.springframework.transaction.event.TransactionalEventListener;

/**
 * The requests of this instance that wait for news of their tasks. What is recorded here wakes them
 * after its commit; what another instance records, one query for all of them finds. Nobody waits
 * with a connection in hand.
 */
@Component
public class TaskWaiters implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(TaskWaiters.class);

    // Of two that could be told apart by nobody who waits for a clip, the cheaper.
    private static final Duration INTERVAL = Duration.ofMillis(250);
    private static final Duration IDLE = Duration.ofHours(1);

    // Enough to keep the connections of requests busy, and a few of the places to wait for one: a
    // stop may wake thousands at once, and a team's flood would be refused.
    private static final int READERS = 16;
    // Thousands are through by then, unless the database is sick; then each hears that for itself.
    private static final long READERS_WAIT_SECONDS = 5;

    // By index for each task, however many events there are. Those of one task are written under
    // its lock: a later one has the greater id.
    private static final String NEWS =
            """
            select w.task, e.id, e.phase
            from unnest((select :tasks), (select :seen)) as w (task, seen)
            cross join lateral (
                select id, phase from task_event
                where task_id = w.task and id > w.seen
                order by id desc
                limit 1
            ) e
            """;

    private final JdbcClient jdbc;
    private final WaitSettings settings;
    private final Kind calls;
    private final Kind streams;
    private final Loop loop;
    private final Semaphore readers = new Semaphore(READERS, true);

    // By the task's id; of tasks that somebody waits for only.
    private final Map<String, Watched> watched = new ConcurrentHashMap<>();
    private volatile boolean idle = true;
    private volatile boolean stopped;

    TaskWaiters(JdbcClient jdbc, WaitSettings settings, MeterRegistry meters) {
        this.jdbc = jdbc;
        this.settings = settings;
        calls =
                new Kind(
                        "call",
                        new WaitLimit(
                                settings.waitMaxConcurrent(), settings.waitMaxConcurrentPerKey()),
                        meters);
        streams =
                new Kind(
                        "stream",
                        new WaitLimit(
                                settings.streamMaxConcurrent(),
                                settings.streamMaxConcurrentPerKey()),
                        meters);
        Counter failures = meters.counter("seedgate.loop.failures", "loop", "task-waits");
        loop = new Loop("task-waits", this::look, INTERVAL, failures::increment);
    }

    /**
     * Waits until the task has ended, or so long. Never fails: whoever has committed something
     * before can answer it.
     *
     * @return the seconds that the wait was good for; empty when there was none, as too many wait
     *     or this instance stops
     */
    public OptionalInt awaitEnd(TaskId task, long key, int seconds) {
        int applied = (int) Math.min(seconds, settings.waitMax().toSeconds());
        if (applied == 0) {
            return OptionalInt.of(0);
        }
        TaskWatch watch = open(calls, task, key);
        if (watch == null) {
            return OptionalInt.empty();
        }
        try (watch) {
            // It may have ended before it was watched.
            lookAt(task);
            return watch.awaitEnd(Duration.ofSeconds(applied)) == WaitEnd.STOPPED
                    ? OptionalInt.empty()
                    : OptionalInt.of(applied);
        }
    }

    /** Reads what a wait was for; of all who are woken together only a few at once. */
    public <T> T afterwards(Supplier<T> read) {
        boolean entered = false;
        try {
            entered = readers.tryAcquire(READERS_WAIT_SECONDS, TimeUnit.SECONDS);
            return read.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return read.get();
        } finally {
            if (entered) {
                readers.release();
            }
        }
    }

    /** Opens a stream's watch; {@code TEAM_RATE_LIMITED} when there are too many. */
    public TaskWatch openStream(TaskId task, long key) {
        TaskWatch watch = open(streams, task, key);
        if (watch != null) {
            return watch;
        }
        throw stopped
                ? new ApiException(
                        ErrorCode.DRAINING,
                        "This gateway is stopping. Try again.",
                        Duration.ofSeconds(2))
                : new ApiException(
                        ErrorCode.TEAM_RATE_LIMITED,
                        "Too many event streams are open: a key may have %d at a replica of Seedgate, and all together %d. Close some, or wait with /api/status."
                                .formatted(
                                        settings.streamMaxConcurrentPerKey(),
                                        settings.streamMaxConcurrent()),
                        // Most tasks that are watched end within minutes.
                        Duration.ofSeconds(10));
    }

    private @Nullable TaskWatch open(Kind kind, TaskId task, long key) {
        if (stopped || !kind.limit.enter(key)) {
            kind.count(WaitEnd.REFUSED);
            return null;
        }
        TaskWatch watch = new TaskWatch(it -> close(kind, task, key, it));
        watched.compute(
                task.value(), (_, there) -> (there == null ? new Watched() : there).with(watch));
        if (stopped) {
            watch.stop();
        }
        if (idle) {
            idle = false;
            loop.wake();
        }
        return watch;
    }

    private void close(Kind kind, TaskId task, long key, TaskWatch watch) {
        watched.computeIfPresent(task.value(), (_, there) -> there.without(watch));
        kind.limit.leave(key);
        kind.count(watch.end());
    }

    /** A task's move was committed here. */
    @TransactionalEventListener
    void onMoved(TaskMoved event) {
        Watched there = watched.get(event.task().value());
        if (there != null) {
            there.watches.forEach(it -> it.tell(event.phase()));
        }
    }

    /** Looks once for news of all that wait. Answers the time until the next look. */
    Duration look() {
        if (watched.isEmpty()) {
            idle = true;
            // Who came meanwhile has not seen that.
            if (watched.isEmpty()) {
                return IDLE;
            }
            idle = false;
        }
        List<Map.Entry<String, Watched>> all = List.copyOf(watched.entrySet());
        Object[] seen = all.stream().map(it -> it.getValue().seen).toArray();
        ask(all.stream().map(Map.Entry::getKey).toList(), seen);
        return INTERVAL;
    }

    private void lookAt(TaskId task) {
        try {
            ask(List.of(task.value()), new Object[] {0L});
        } catch (DataAccessException e) {
            // The loop asks again.
            log.debug("no look at {}", task, e);
        }
    }

    private void ask(Collection<String> tasks, Object[] seen) {
        jdbc.sql(NEWS)
                .param("tasks", new SqlArrayValue("text", tasks.toArray()))
                .param("seen", new SqlArrayValue("bigint", seen))
                .query(row -> {
                    Watched there = watched.get(row.getString("task"));
                    if (there != null) {
                        there.tell(Phase.valueOf(row.getString("phase")), row.getLong("id"));
                    }
                });
    }

    /** Calls and streams that wait now. */
    int waiting() {
        return watched.values().stream().mapToInt(it -> it.watches.size()).sum();
    }

    @Override
    public void start() {
        stopped = false;
        loop.start();
    }

    /** Ends all waits: each is answered with what is so now. */
    @Override
    public void stop() {
        stopped = true;
        loop.stop();
        watched.values().forEach(it -> it.watches.forEach(TaskWatch::stop));
    }

    @Override
    public boolean isRunning() {
        return loop.isRunning();
    }

    /** Stops first: the web server waits for all answers before it closes. */
    @Override
    public int getPhase() {
        return Integer.MAX_VALUE;
    }

    /** A task that somebody waits for. */
    private static final class Watched {

        private final Set<TaskWatch> watches = ConcurrentHashMap.newKeySet();
        private volatile long seen;

        Watched with(TaskWatch watch) {
            watches.add(watch);
            return this;
        }

        @Nullable Watched without(TaskWatch watch) {
            watches.remove(watch);
            return watches.isEmpty() ? null : this;
        }

        void tell(Phase phase, long event) {
            watches.forEach(it -> it.tell(phase, event));
            seen = event;
        }
    }

    /** A kind of waits, counted for itself. */
    private static final class Kind {

        private final WaitLimit limit;
        private final Map<WaitEnd, Counter> ends = new EnumMap<>(WaitEnd.class);

        Kind(String word, WaitLimit limit, MeterRegistry meters) {
            this.limit = limit;
            Gauge.builder("seedgate.waits.active", limit, WaitLimit::count)
                    .tag("kind", word)
                    .register(meters);
            for (WaitEnd end : WaitEnd.values()) {
                ends.put(
                        end,
                        meters.counter("seedgate.waits.ended", "kind", word, "reason", end.word()));
            }
        }

        void count(WaitEnd end) {
            Counter counter = ends.get(end);
            if (counter != null) {
                counter.increment();
            }
        }
    }
}
