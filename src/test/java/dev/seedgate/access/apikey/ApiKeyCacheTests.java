package dev.seedgate.access.apikey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seedgate.platform.telemetry.Loops;
import dev.seedgate.platform.values.Sha256;
import dev.seedgate.testing.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

class ApiKeyCacheTests {

    /** Unknown would be a lie: its caller would be told that the key is wrong. */
    @Test
    void failsForAKeyThatWaitsForALookUpThatHangs() throws Exception {
        KeySettings settings =
                new KeySettings(
                        Duration.ofSeconds(1),
                        Duration.ZERO,
                        Duration.ofMillis(50),
                        100,
                        Duration.ofMinutes(1),
                        50);
        CountDownLatch asked = new CountDownLatch(1);
        CompletableFuture<Void> answered = new CompletableFuture<>();
        String key = ApiKeyFormat.TEAM.generate();
        ApiKeyCache<String> cache =
                new ApiKeyCache<>(
                        ApiKeyFormat.TEAM,
                        new ApiKeyCacheVersion(
                                JdbcClient.create(TestDatabase.createEmpty().dataSource()),
                                settings,
                                new Loops(new SimpleMeterRegistry())),
                        settings,
                        _ -> {
                            asked.countDown();
                            answered.join();
                            return List.of(
                                    new ApiKeyCache.Found<>(
                                            ByteBuffer.wrap(Sha256.of(key)), 1, "caller", null));
                        },
                        _ -> {});
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Optional<String>> first = callers.submit(() -> cache.find(key));
            asked.await();
            assertThatThrownBy(() -> cache.find(ApiKeyFormat.TEAM.generate()))
                    .isInstanceOf(DataAccessException.class);
            answered.complete(null);
            assertThat(first.get()).contains("caller");
        }
        assertThat(cache.find(ApiKeyFormat.TEAM.generate())).isEmpty();
    }
}
