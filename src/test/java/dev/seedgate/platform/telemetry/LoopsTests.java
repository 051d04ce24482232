package dev.seedgate.platform.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Pieces of periodic work side by side. */
class LoopsTests {

    private static final Duration SOON = Duration.ofMillis(1);
    private static final Duration NEVER = Duration.ofDays(1);

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Loops loops = new Loops(meters);
    private final CountDownLatch hangs = new CountDownLatch(1);

    @AfterEach
    void stop() {
        hangs.countDown();
        loops.stop();
    }

    @Test
    void letsNoneHoldAnotherOneUp() throws Exception {
        CountDownLatch others = new CountDownLatch(100);
        loops.every(SOON, "hangs", () -> await(hangs));
        loops.every(
                SOON,
                "fails",
                () -> {
                    throw new IllegalStateException("away");
                });
        loops.every(SOON, "works", others::countDown);
        loops.start();
        assertThat(others.await(1, TimeUnit.MINUTES)).isTrue();
        assertThat(failures("fails")).isPositive();
        assertThat(failures("works")).isZero();
    }

    @Test
    void drainsWithoutAPauseAndThenRests() throws Exception {
        AtomicInteger left = new AtomicInteger(1000);
        CountDownLatch done = new CountDownLatch(1);
        loops.start();
        loops.drain(
                NEVER,
                "drains",
                () -> {
                    if (left.decrementAndGet() == 0) {
                        done.countDown();
                    }
                    return left.get() > 0;
                });
        assertThat(done.await(1, TimeUnit.MINUTES)).isTrue();
        assertThat(left).hasValue(0);
    }

    private double failures(String loop) {
        return meters.get("seedgate.loop.failures").tag("loop", loop).counter().count();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
