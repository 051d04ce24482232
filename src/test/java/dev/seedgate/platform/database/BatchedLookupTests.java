package dev.seedgate.platform.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;

class BatchedLookupTests {

    private final AtomicInteger keys = new AtomicInteger();
    private final AtomicInteger queries = new AtomicInteger();
    private volatile boolean away;

    /** Answers what it was asked. */
    private final BatchedLookup<Integer, Set<Integer>> lookUps =
            new BatchedLookup<>(1000, Duration.ofMillis(100), Duration.ofSeconds(30), this::query);

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CompletableFuture<Void> answered = new CompletableFuture<>();

    @Test
    void asksForAThousandKeysInAFewQueries() throws Exception {
        List<Future<Boolean>> asked = new ArrayList<>();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 1000; i++) {
                int key = key();
                asked.add(callers.submit(() -> lookUps.find(key).orElseThrow().contains(key)));
            }
        }
        for (Future<Boolean> each : asked) {
            assertThat(each.get()).isTrue();
        }
        assertThat(queries.get()).isLessThan(100);
    }

    @Test
    void tellsThatTheDatabaseIsAwayAndGoesOnAfterwards() {
        away = true;
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> lookUps.find(key())).isInstanceOf(DataAccessException.class);
        }
        away = false;
        int key = key();
        assertThat(lookUps.find(key)).contains(Set.of(key));
    }

    @Test
    void answersAllThatComeWhileAQueryRunsWithTheNextUpToAFullBatch() throws Exception {
        BatchedLookup<Integer, Set<Integer>> small = hanging(8, Duration.ofMinutes(5));
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Optional<Set<Integer>>> first = callers.submit(() -> small.find(key()));
            asked.await();
            List<Future<Optional<Set<Integer>>>> others = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                others.add(callers.submit(() -> small.find(key())));
            }
            Awaitility.await()
                    .until(() -> others.stream().filter(Future::isDone).count() == 20 - 8);
            answered.complete(null);
            assertThat(first.get()).isPresent();
            List<Set<Integer>> batches = new ArrayList<>();
            for (Future<Optional<Set<Integer>>> each : others) {
                each.get().ifPresent(batches::add);
            }
            assertThat(batches).hasSize(8);
            assertThat(Set.copyOf(batches))
                    .singleElement()
                    .satisfies(it -> assertThat(it).hasSize(8));
        }
        assertThat(queries).hasValue(2);
    }

    @Test
    void answersNothingAfterTheLongestWaitForAQueryThatHangsAndGoesOnAfterwards() throws Exception {
        BatchedLookup<Integer, Set<Integer>> impatient = hanging(1000, Duration.ofMillis(1));
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Optional<Set<Integer>>> first = callers.submit(() -> impatient.find(0));
            asked.await();
            assertThat(impatient.find(key())).isEmpty();
            answered.complete(null);
            assertThat(first.get()).contains(Set.of(0));
        }
        int key = key();
        assertThat(impatient.find(key)).contains(Set.of(key));
    }

    @Test
    void makesNoBatchesOfSizeZero() {
        BatchedLookup<Integer, Set<Integer>> none =
                new BatchedLookup<>(0, Duration.ZERO, Duration.ofMinutes(5), this::query);
        assertThat(none.find(key())).isEmpty();
        assertThat(queries).hasValue(0);
    }

    /** Looks up like any other as soon as its first query has been answered. */
    private BatchedLookup<Integer, Set<Integer>> hanging(int size, Duration maxWait) {
        return new BatchedLookup<>(
                size,
                Duration.ZERO,
                maxWait,
                batch -> {
                    asked.countDown();
                    answered.join();
                    return query(batch);
                });
    }

    private Set<Integer> query(Set<Integer> asked) {
        queries.incrementAndGet();
        if (away) {
            throw new DataAccessResourceFailureException("away");
        }
        return Set.copyOf(asked);
    }

    private int key() {
        return keys.incrementAndGet();
    }
}
