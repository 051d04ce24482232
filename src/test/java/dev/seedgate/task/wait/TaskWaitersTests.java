package dev.seedgate.task.wait;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.task.lifecycle.Phase;
import dev.seedgate.task.lifecycle.TaskMoved;
import dev.seedgate.testing.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * Waits for tasks. No loop runs here: what wakes whoever waits is what the test does. A wait that
 * nobody wakes would last a minute, longer than a test may.
 */
@Timeout(30)
class TaskWaitersTests {

    private static final long KEY = 1;
    private static final long OTHER_KEY = 2;
    private static final TestDatabase database = TestDatabase.create();

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final TaskWaiters waiters = replica(meters, database.dataSource(), 100, 100);
    private final TaskId task = TaskId.create(Instant.now(), '0');

    @BeforeAll
    static void allowEventsWithoutTasks() {
        database.execute(
                "alter table task_event disable trigger user; alter table task_event alter column team_id drop not null");
    }

    @Test
    void endAtOnceWithTheCommitOfTheSameReplica() {
        CompletableFuture<OptionalInt> wait = begin(waiters, task, KEY, 1);
        waiters.onMoved(new TaskMoved(task, Phase.RENDERING));
        waiters.onMoved(new TaskMoved(TaskId.create(Instant.now(), '0'), Phase.SUCCEEDED));
        assertThat(wait).isNotDone();
        waiters.onMoved(new TaskMoved(task, Phase.SUCCEEDED));
        assertThat(wait.join()).hasValue(60);
        assertThat(count("ended")).isOne();
        assertThat(active()).isZero();
    }

    @Test
    void endWithTheNextLookWhereAnotherReplicaRecordedIt() {
        TaskWaiters other = replica(new SimpleMeterRegistry(), database.dataSource(), 100, 100);
        CompletableFuture<OptionalInt> wait = begin(other, task, KEY, 1);
        record(task, Phase.SUBMITTING);
        record(task, Phase.RENDERING);
        other.look();
        assertThat(wait).isNotDone();
        record(task, Phase.FAILED);
        waiters.onMoved(new TaskMoved(task, Phase.FAILED));
        assertThat(wait).isNotDone();
        other.look();
        assertThat(wait.join()).hasValue(60);
    }

    @Test
    void isOverAtOnceForATaskThatHasEnded() {
        record(task, Phase.RENDERING);
        record(task, Phase.SUCCEEDED);
        assertThat(waiters.awaitEnd(task, KEY, 60)).hasValue(60);
        assertThat(waiters.awaitEnd(task, KEY, 0)).hasValue(0);
    }

    @Test
    void isOverWhenItsTimeIs() {
        assertThat(waiters.awaitEnd(task, KEY, 1)).hasValue(1);
        assertThat(count("time")).isOne();
    }

    @Test
    void takesOneQueryForAllAndNoneForNobody() {
        CountedSource counted = new CountedSource(database.dataSource());
        TaskWaiters many = replica(new SimpleMeterRegistry(), counted, 100, 100);
        assertThat(many.look()).isGreaterThan(Duration.ofMinutes(1));
        assertThat(counted.connections).isZero();
        List<CompletableFuture<OptionalInt>> waits = new ArrayList<>();
        List<TaskId> tasks = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            tasks.add(TaskId.create(Instant.now(), '0'));
            waits.add(begin(many, tasks.getLast(), KEY, i + 1));
        }
        int before = counted.connections;
        tasks.forEach(it -> record(it, Phase.SUCCEEDED));
        assertThat(many.look()).isEqualTo(Duration.ofMillis(250));
        assertThat(counted.connections).isEqualTo(before + 1);
        waits.forEach(it -> assertThat(it.join()).hasValue(60));
        assertThat(many.look()).isGreaterThan(Duration.ofMinutes(1));
    }

    @Test
    void isBoundedForAKeyAndForTheReplica() {
        TaskWaiters narrow = replica(meters, database.dataSource(), 3, 2);
        List<CompletableFuture<OptionalInt>> waits =
                List.of(begin(narrow, task, KEY, 1), begin(narrow, task, KEY, 2));
        assertThat(narrow.awaitEnd(task, KEY, 60)).as("a third with the key").isEmpty();
        CompletableFuture<OptionalInt> other = begin(narrow, task, OTHER_KEY, 3);
        assertThat(narrow.awaitEnd(task, OTHER_KEY, 60)).as("a fourth").isEmpty();
        assertThat(count("refused")).isEqualTo(2);
        narrow.onMoved(new TaskMoved(task, Phase.FAILED));
        waits.forEach(it -> assertThat(it.join()).hasValue(60));
        assertThat(other.join()).hasValue(60);
        CompletableFuture<OptionalInt> again = begin(narrow, task, KEY, 1);
        narrow.onMoved(new TaskMoved(task, Phase.FAILED));
        assertThat(again.join()).hasValue(60);
    }

    @Test
    void refusesStreamsBeyondTheBounds() {
        TaskWaiters narrow = replica(meters, database.dataSource(), 1, 1);
        try (TaskWatch _ = narrow.openStream(task, KEY)) {
            assertThatThrownBy(() -> narrow.openStream(task, KEY))
                    .isInstanceOfSatisfying(
                            ApiException.class,
                            it -> {
                                assertThat(it.code()).isEqualTo(ErrorCode.TEAM_RATE_LIMITED);
                                assertThat(it.retryAfter()).isNotNull();
                            });
        }
        narrow.openStream(task, KEY).close();
    }

    @Test
    void endsAllWhenTheReplicaStops() {
        CompletableFuture<OptionalInt> wait = begin(waiters, task, KEY, 1);
        try (TaskWatch stream = waiters.openStream(task, KEY)) {
            waiters.stop();
            assertThat(wait.join()).as("not waited as long as was asked for").isEmpty();
            assertThat(stream.awaitNews(Duration.ofMinutes(1))).isEqualTo(TaskWatch.News.STOPPED);
        }
        assertThat(waiters.awaitEnd(task, KEY, 60)).isEmpty();
        assertThatThrownBy(() -> waiters.openStream(task, KEY))
                .isInstanceOfSatisfying(
                        ApiException.class,
                        it -> assertThat(it.code()).isEqualTo(ErrorCode.DRAINING));
    }

    @Test
    void goesOnWhereTheDatabaseIsAway() {
        TaskWaiters cutOff =
                replica(
                        meters,
                        new DelegatingDataSource(database.dataSource()) {
                            @Override
                            public java.sql.Connection getConnection() throws SQLException {
                                throw new SQLException("away", "08001");
                            }
                        },
                        100,
                        100);
        CompletableFuture<OptionalInt> wait = begin(cutOff, task, KEY, 1);
        cutOff.onMoved(new TaskMoved(task, Phase.SUCCEEDED));
        assertThat(wait.join()).hasValue(60);
    }

    @Test
    void letsThoseWhoAreWokenTogetherReadAFewAtOnce() {
        AtomicInteger reading = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CyclicBarrier few = new CyclicBarrier(16);
        List<CompletableFuture<Integer>> reads = new ArrayList<>();
        for (int i = 0; i < 160; i++) {
            reads.add(
                    CompletableFuture.supplyAsync(
                            () ->
                                    waiters.afterwards(() -> {
                                        most.accumulateAndGet(reading.incrementAndGet(), Math::max);
                                        meet(few);
                                        return reading.decrementAndGet();
                                    }),
                            task -> Thread.ofVirtual().start(task)));
        }
        reads.forEach(CompletableFuture::join);
        assertThat(most.get()).isEqualTo(16);
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (InterruptedException | BrokenBarrierException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void tellsAStreamOfEachMoveOnce() {
        try (TaskWatch stream = waiters.openStream(task, KEY)) {
            assertThat(stream.awaitNews(Duration.ZERO)).isEqualTo(TaskWatch.News.NONE);
            record(task, Phase.SUBMITTING);
            waiters.look();
            assertThat(stream.awaitNews(Duration.ZERO)).isEqualTo(TaskWatch.News.MOVED);
            waiters.look();
            assertThat(stream.awaitNews(Duration.ZERO)).isEqualTo(TaskWatch.News.NONE);
            waiters.onMoved(new TaskMoved(task, Phase.RENDERING));
            assertThat(stream.awaitNews(Duration.ZERO)).isEqualTo(TaskWatch.News.MOVED);
        }
    }

    /** Begins a wait, and comes back when so many wait. */
    private static CompletableFuture<OptionalInt> begin(
            TaskWaiters at, TaskId task, long key, int waiting) {
        CompletableFuture<OptionalInt> wait = new CompletableFuture<>();
        Thread thread = Thread.ofVirtual().start(() -> wait.complete(at.awaitEnd(task, key, 99)));
        // It has looked by itself then.
        Awaitility.await()
                .pollInterval(Duration.ofMillis(2))
                .until(() ->
                        at.waiting() == waiting && thread.getState() == Thread.State.TIMED_WAITING);
        return wait;
    }

    private static TaskWaiters replica(
            SimpleMeterRegistry meters, DataSource source, int most, int mostPerKey) {
        return new TaskWaiters(
                JdbcClient.create(source),
                new WaitSettings(
                        Duration.ofSeconds(60),
                        most,
                        mostPerKey,
                        most,
                        mostPerKey,
                        Duration.ofSeconds(15),
                        Duration.ofMinutes(30)),
                meters);
    }

    private static void record(TaskId task, Phase phase) {
        database.execute(
                "insert into task_event (task_id, phase, attempt) values ('%s', '%s', 1)"
                        .formatted(task, phase));
    }

    private double count(String reason) {
        return meters.get("seedgate.waits.ended")
                .tags("kind", "call", "reason", reason)
                .counter()
                .count();
    }

    private double active() {
        return meters.get("seedgate.waits.active").tag("kind", "call").gauge().value();
    }

    private static final class CountedSource extends DelegatingDataSource {

        private volatile int connections;

        CountedSource(DataSource source) {
            super(source);
        }

        @Override
        public synchronized java.sql.Connection getConnection() throws SQLException {
            connections++;
            return super.getConnection();
        }
    }
}
