package dev.seedgate.platform.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;

class BatchedLookupTests {

    private final AtomicInteger keys = new AtomicInteger();
    private final AtomicInteger queries = new AtomicInteger();
    private volatile boolean away;

    /** Answers what it was asked. */
    private final BatchedLookup<Integer, Set<Integer>> lookUps =
            new BatchedLookup<>(Duration.ofMillis(100), Duration.ofSeconds(30), this::query);

    @Test
    void asksForAThousandKeysInAFewQueries() throws Exception {
        List<Future<Boolean>> asked = new ArrayList<>();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 1000; i++) {
                int key = key();
                asked.add(callers.submit(() -> lookUps.find(key).contains(key)));
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
        assertThat(lookUps.find(key)).containsExactly(key);
    }

    @Test
    void refusesWhatWaitsForALookUpThatHangsAndGoesOnAfterwards() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answered = new CountDownLatch(1);
        BatchedLookup<Integer, Set<Integer>> hanging =
                new BatchedLookup<>(
                        Duration.ZERO,
                        Duration.ofMillis(1),
                        batch -> {
                            asked.countDown();
                            join(answered);
                            return query(batch);
                        });
        int key = key();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Set<Integer>> first = callers.submit(() -> hanging.find(key));
            asked.await();
            assertThatThrownBy(() -> hanging.find(key())).isInstanceOf(DataAccessException.class);
            answered.countDown();
            assertThat(first.get()).containsExactly(key);
        }
        assertThat(hanging.find(key)).containsExactly(key);
    }

    private Set<Integer> query(Set<Integer> asked) {
        queries.incrementAndGet();
        if (away) {
            throw new DataAccessResourceFailureException("away");
        }
        return Set.copyOf(asked);
    }

    private static void join(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private int key() {
        return keys.incrementAndGet();
    }
}
