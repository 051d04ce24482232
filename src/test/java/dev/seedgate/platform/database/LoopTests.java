package dev.seedgate.platform.database;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Periodic work outlives what its steps die of, and says so twice and not a thousand times. */
class LoopTests {

    private static final Duration SOON = Duration.ofMillis(1);
    private static final Duration NEVER = Duration.ofDays(1);

    private final Logger logger = (Logger) LoggerFactory.getLogger(Loop.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final AtomicInteger failures = new AtomicInteger();

    @BeforeEach
    void listen() {
        lines.start();
        logger.addAppender(lines);
    }

    @AfterEach
    void deafen() {
        logger.detachAppender(lines);
    }

    @Test
    void tellsAnOutageOnceWhenItBeginsAndOnceWhenItIsOver() throws Exception {
        CountDownLatch twice = new CountDownLatch(2);
        AtomicInteger steps = new AtomicInteger();
        Loop loop =
                new Loop(
                        "some work",
                        () -> {
                            int step = steps.incrementAndGet();
                            if (step % 100 != 0) {
                                throw new IllegalStateException("away");
                            }
                            twice.countDown();
                            return SOON;
                        },
                        SOON,
                        failures::incrementAndGet);
        loop.start();
        assertThat(twice.await(1, TimeUnit.MINUTES)).isTrue();
        loop.stop();
        loop.join();
        assertThat(failures.get()).isGreaterThanOrEqualTo(198);
        assertThat(lines.list.stream().filter(it -> it.getLevel().isGreaterOrEqual(Level.INFO)))
                .extracting(it -> it.getLevel() + " " + it.getFormattedMessage())
                .startsWith(
                        "WARN some work fails and goes on trying; told again when it works: java.lang.IllegalStateException: away",
                        "INFO some work works again, after 99 failures",
                        "WARN some work fails and goes on trying; told again when it works: java.lang.IllegalStateException: away",
                        "INFO some work works again, after 99 failures");
    }

    @Test
    void losesNoWakeUpThatComesDuringAStep() throws Exception {
        LinkedBlockingQueue<Integer> begun = new LinkedBlockingQueue<>();
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicInteger steps = new AtomicInteger();
        Loop loop =
                new Loop(
                        "some work",
                        () -> {
                            int step = steps.incrementAndGet();
                            begun.add(step);
                            if (step == 1) {
                                await(goOn);
                            }
                            return NEVER;
                        },
                        NEVER,
                        failures::incrementAndGet);
        loop.start();
        assertThat(begun.take()).isEqualTo(1);
        loop.wake();
        loop.wake();
        goOn.countDown();
        assertThat(begun.take()).isEqualTo(2);
        loop.stop();
        loop.join();
        assertThat(steps).as("two wake-ups during one step are one").hasValue(2);
    }

    @Test
    void beginsNoStepOnceItIsStopped() throws Exception {
        AtomicInteger steps = new AtomicInteger();
        Loop loop =
                new Loop(
                        "some work",
                        () -> {
                            steps.incrementAndGet();
                            return NEVER;
                        },
                        NEVER,
                        failures::incrementAndGet);
        loop.startWithAStep();
        loop.stop();
        loop.join();
        int before = steps.get();
        loop.wake();
        assertThat(steps).hasValue(before);
        assertThat(loop.isRunning()).isFalse();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
