package dev.seedgate.access.apikey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seedgate.platform.values.Sha256;
import java.nio.ByteBuffer;
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

    private final AtomicInteger queries = new AtomicInteger();
    private volatile boolean away;

    /** Answers what it was asked. */
    private final BatchedLookup<Set<ByteBuffer>> lookUps =
            new BatchedLookup<>(Duration.ofMillis(100), Duration.ofSeconds(30), this::query);

    @Test
    void asksForAThousandKeysInAFewQueries() throws Exception {
        List<Future<Boolean>> asked = new ArrayList<>();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 1000; i++) {
                ByteBuffer hash = hash();
                asked.add(callers.submit(() -> lookUps.find(hash).contains(hash)));
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
            assertThatThrownBy(() -> lookUps.find(hash())).isInstanceOf(DataAccessException.class);
        }
        away = false;
        ByteBuffer hash = hash();
        assertThat(lookUps.find(hash)).containsExactly(hash);
    }

    @Test
    void refusesWhatWaitsForALookUpThatHangsAndGoesOnAfterwards() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answered = new CountDownLatch(1);
        BatchedLookup<Set<ByteBuffer>> hanging =
                new BatchedLookup<>(
                        Duration.ZERO,
                        Duration.ofMillis(1),
                        hashes -> {
                            asked.countDown();
                            join(answered);
                            return query(hashes);
                        });
        ByteBuffer hash = hash();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Set<ByteBuffer>> first = callers.submit(() -> hanging.find(hash));
            asked.await();
            assertThatThrownBy(() -> hanging.find(hash())).isInstanceOf(DataAccessException.class);
            answered.countDown();
            assertThat(first.get()).containsExactly(hash);
        }
        assertThat(hanging.find(hash)).containsExactly(hash);
    }

    private Set<ByteBuffer> query(Set<ByteBuffer> hashes) {
        queries.incrementAndGet();
        if (away) {
            throw new DataAccessResourceFailureException("away");
        }
        return Set.copyOf(hashes);
    }

    private static void join(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ByteBuffer hash() {
        return ByteBuffer.wrap(Sha256.of(ApiKeyFormat.TEAM.generate()));
    }
}
