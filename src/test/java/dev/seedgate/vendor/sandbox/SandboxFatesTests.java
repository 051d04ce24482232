package dev.seedgate.vendor.sandbox;

import static dev.seedgate.vendor.sandbox.SandboxTests.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seedgate.vendor.sandbox.SandboxServer.Answer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;

/** What the directives in a prompt lead to, and what that does to the sandbox's account. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SandboxFatesTests {

    private SandboxServer sandbox;

    @BeforeAll
    void start() {
        sandbox = SandboxServer.start();
    }

    @AfterAll
    void stop() {
        sandbox.close();
    }

    @BeforeEach
    void now() {
        sandbox.database().shiftTime(Duration.ZERO);
    }

    @Test
    void failsAndRefundsOnce() {
        long before = sandbox.spent();
        String id = sandbox.order("[sandbox:fail] a market");
        assertThat(state(id)).isEqualTo("IN_PROGRESS");
        assertThat(sandbox.spent() - before).isEqualTo(65);
        sandbox.database().shiftTime(Duration.ofSeconds(9));
        JsonNode status = sandbox.status(id);
        assertThat(status.path("status").stringValue()).isEqualTo("FAILED");
        assertThat(status.path("consumed_credits").longValue()).isZero();
        assertThat(status.path("response").isNull()).isTrue();
        assertThat(status.path("error_message").stringValue()).isNotBlank();
        assertThat(sandbox.spent()).isEqualTo(before);
        assertThat(state(id)).isEqualTo("FAILED");
        assertThat(sandbox.spent()).isEqualTo(before);
    }

    @Test
    void refundsOnceHoweverManyAsk() {
        long before = sandbox.spent();
        List<String> ids =
                IntStream.range(0, 10).mapToObj(i -> sandbox.order("[sandbox:fail] " + i)).toList();
        sandbox.database().shiftTime(Duration.ofSeconds(9));
        try (ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
            CompletableFuture.allOf(
                            IntStream.range(0, 60)
                                    .mapToObj(i ->
                                            CompletableFuture.runAsync(
                                                    () -> sandbox.status(ids.get(i % 10)), readers))
                                    .toArray(CompletableFuture[]::new))
                    .join();
        }
        assertThat(sandbox.spent()).isEqualTo(before);
    }

    @Test
    void refusesWhatTheBalanceDoesNotCover() {
        try (SandboxServer poor = SandboxServer.start("seedgate.sandbox-credits=195")) {
            poor.order("[sandbox:fail]");
            poor.order("a market", "1:1", "10", false);
            assertThat(poor.spent()).isEqualTo(195);
            Answer refused = poor.generate(SandboxServer.body("more", "1:1", "5", false));
            assertRefused(refused, 402);
            assertThat(poor.number("select count(*) from sandbox_task")).isEqualTo(2);
            // The refund of the failed one pays for another, though nobody asked for its status.
            poor.database().shiftTime(Duration.ofSeconds(9));
            poor.order("more");
            assertThat(poor.spent()).isEqualTo(195);
        }
    }

    @Test
    void neverOverdrawsHoweverManyOrder() {
        try (SandboxServer poor = SandboxServer.start("seedgate.sandbox-credits=650");
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            String order = SandboxServer.body("a market", "1:1", "5", false);
            long accepted =
                    IntStream.range(0, 30)
                            .mapToObj(i ->
                                    CompletableFuture.supplyAsync(
                                            () -> poor.generate(order).status(), callers))
                            .toList()
                            .stream()
                            .map(CompletableFuture::join)
                            .filter(status -> status == 200)
                            .count();
            assertThat(accepted).isEqualTo(10);
            assertThat(poor.spent()).isEqualTo(650);
        }
    }

    @Test
    void takesTheTimeThatIsAskedFor() {
        String id = sandbox.order("[sandbox:slow=30s]");
        sandbox.database().shiftTime(Duration.ofSeconds(25));
        assertThat(state(id)).isEqualTo("IN_PROGRESS");
        sandbox.database().shiftTime(Duration.ofSeconds(31));
        assertThat(state(id)).isEqualTo("SUCCESS");
    }

    @Test
    void isNeverSlowerThanTheSettingAllows() {
        String id = sandbox.order("[sandbox:slow=999999999m]");
        sandbox.database().shiftTime(Duration.ofMinutes(59));
        assertThat(state(id)).isEqualTo("IN_PROGRESS");
        sandbox.database().shiftTime(Duration.ofMinutes(61));
        assertThat(state(id)).isEqualTo("SUCCESS");
    }

    @Test
    void neverEndsWhatIsStuck() {
        String id = sandbox.order("[sandbox:stuck]");
        sandbox.database().shiftTime(Duration.ofDays(3650));
        assertThat(state(id)).isEqualTo("IN_PROGRESS");
    }

    @Test
    void rejectsEveryTimeAndTakesNothing() {
        long before = sandbox.spent();
        String order = SandboxServer.body("[sandbox:reject=403]", "16:9", "5", false);
        assertRefused(sandbox.generate(order), 403);
        assertRefused(sandbox.generate(order), 403);
        assertThat(sandbox.spent()).isEqualTo(before);
    }

    @Test
    void refusesANumberOfTimesAndStartsAgainAfterItAccepted() {
        long before = sandbox.spent();
        String order = SandboxServer.body("[sandbox:http=500*2]", "16:9", "5", false);
        for (int round = 1; round <= 2; round++) {
            assertRefused(sandbox.generate(order), 500);
            assertRefused(sandbox.generate(order), 500);
            assertThat(sandbox.generate(order).status()).isEqualTo(200);
            assertThat(sandbox.spent() - before).isEqualTo(65L * round);
        }
    }

    @Test
    void countsTheRefusalsOfEachOrderByItself() {
        String one = SandboxServer.body("[sandbox:http=503] one", "16:9", "5", false);
        String other = SandboxServer.body("[sandbox:http=503] one", "16:9", "10", false);
        assertRefused(sandbox.generate(one), 503);
        assertRefused(sandbox.generate(other), 503);
        assertThat(sandbox.generate(one).status()).isEqualTo(200);
        assertThat(sandbox.generate(other).status()).isEqualTo(200);
    }

    @Test
    void saysHowLongToWaitWhenItIsAskedTooOften() {
        String order = SandboxServer.body("[sandbox:http=429*1]", "16:9", "5", false);
        Answer refused = sandbox.generate(order);
        assertRefused(refused, 429);
        assertThat(refused.header("Retry-After")).isEqualTo("1");
        assertThat(sandbox.generate(order).status()).isEqualTo(200);
    }

    @Test
    void takesTheOrderAndLosesTheAnswer() {
        long before = sandbox.spent();
        String order = SandboxServer.body("[sandbox:lost-answer]", "16:9", "5", false);
        assertThatThrownBy(() -> sandbox.generate(order))
                .hasStackTraceContaining("received no bytes");
        assertThat(sandbox.spent() - before).isEqualTo(65);
        assertThat(
                        sandbox.number(
                                "select count(*) from sandbox_task where prompt = '[sandbox:lost-answer]'"))
                .isEqualTo(1);
    }

    @Test
    void tellsAStatusThatNobodyKnows() {
        String id = sandbox.order("[sandbox:odd-status]");
        assertThat(state(id)).isNotIn("IN_PROGRESS", "SUCCESS", "FAILED");
        sandbox.database().shiftTime(Duration.ofSeconds(9));
        assertThat(state(id)).isEqualTo("SUCCESS");
    }

    @Test
    void reportsCreditsThatAreNotThePrice() {
        long before = sandbox.spent();
        String id = sandbox.order("[sandbox:wrong-credits]");
        sandbox.database().shiftTime(Duration.ofSeconds(9));
        assertThat(sandbox.status(id).path("consumed_credits").longValue()).isEqualTo(72);
        assertThat(sandbox.spent() - before).isEqualTo(65);
    }

    private String state(String id) {
        return sandbox.status(id).path("status").stringValue();
    }
}
