package dev.seedgate.task.order;

import static dev.seedgate.platform.values.ErrorCode.OVERLOADED;
import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Invariants;
import dev.seedgate.testing.Json;
import dev.seedgate.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One team keeps more connections busy than there are, and another one works on beside it. */
@NullUnmarked
class FloodTests {

    private static final int CONNECTIONS = 400;
    private static final int CREATES = 14;
    private static final Duration REST = Duration.ofMillis(200);

    private static FakeVendor vendor;
    private static Gateway gateway;

    @BeforeAll
    static void start() {
        vendor = FakeVendor.start();
        gateway =
                Gateway.start(
                        TestDatabase.create(),
                        vendor,
                        // The renders of this test don't end; polls of them would be a second
                        // flood.
                        "seedgate.poll-first-after=1h",
                        // Here the flood and the vendor are in the gateway's process, and take its
                        // time.
                        "seedgate.upstream-permit-lifetime=1s",
                        "seedgate.status-refresh-wait=0s");
    }

    @AfterAll
    static void stop() {
        gateway.close();
        vendor.close();
    }

    @AfterEach
    void booksBalance() {
        Invariants.check(gateway.database());
    }

    @ParameterizedTest
    @EnumSource
    void isRefusedToItsAuthorAlone(Flood kind) {
        Team loud = gateway.team();
        List<String> listed =
                IntStream.range(0, 200).mapToObj(_ -> loud.create("to be listed")).toList();
        listed.forEach(task -> loud.await(task, "RENDERING"));
        Team quiet = gateway.team();
        AtomicBoolean on = new AtomicBoolean(true);
        Map<Integer, Answer> samples = new ConcurrentHashMap<>();
        Queue<Throwable> broken = new ConcurrentLinkedQueue<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < CONNECTIONS; i++) {
                threads.execute(() -> repeat(() -> kind.call(loud), on, samples, broken));
            }
            try {
                Awaitility.await("the flood is refused")
                        .until(() -> samples.containsKey(503) && samples.containsKey(200));
                List<String> taken =
                        IntStream.range(0, CREATES)
                                .mapToObj(_ -> quiet.create("beside the flood"))
                                .toList();
                taken.forEach(task -> quiet.await(task, "RENDERING"));
                assertThat(gateway.call("GET", "/actuator/health/readiness", null, null))
                        .hasStatus(200);
                assertThat(gateway.admin("GET", "/teams", null)).hasStatus(200);
            } finally {
                on.set(false);
            }
        }
        assertThat(broken).isEmpty();
        assertThat(samples).containsOnlyKeys(200, 503);
        Answer refused = samples.get(503);
        assertThat(refused).hasError(OVERLOADED).hasHeader("Retry-After", "1");
        assertThat(refused.json().get("message").stringValue()).startsWith("Your team has more");
        assertThat(kind.call(loud)).hasStatus(200);
    }

    private static void repeat(
            Supplier<Answer> call,
            AtomicBoolean on,
            Map<Integer, Answer> samples,
            Queue<Throwable> broken) {
        while (on.get()) {
            try {
                Answer answer = call.get();
                samples.putIfAbsent(answer.status(), answer);
                if (answer.status() != 200) {
                    // The flood is of the database; the callers' own time on this machine is not at
                    // stake.
                    Thread.sleep(REST);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException e) {
                broken.add(e);
            }
        }
    }

    enum Flood {
        LISTS {
            @Override
            Answer call(Team team) {
                return team.get("/api/tasks?limit=200");
            }
        },
        CREATES {
            @Override
            Answer call(Team team) {
                return team.generate("one of very many");
            }
        },
        QUOTES {
            @Override
            Answer call(Team team) {
                return gateway.call(
                        "POST",
                        "/api/quote",
                        team.key(),
                        Json.of("prompt", "x", "aspect_ratio", "16:9", "duration", "5"));
            }
        };

        abstract Answer call(Team team);
    }
}
