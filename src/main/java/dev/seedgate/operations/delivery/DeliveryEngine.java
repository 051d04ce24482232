package dev.seedgate.operations.delivery;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engine that works off an outbox: each message is sent at least once, by some replica, on a
 * thread and in no transaction of the outbox's. One that dies with a message leaves it to whoever
 * claims it after its lease.
 */
public final class DeliveryEngine<D> implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(DeliveryEngine.class);
    // What people are shown of an error.
    private static final int LONGEST_ERROR = 300;
    // A stop waits for quick receivers only.
    private static final Duration LAST_ANSWERS = Duration.ofSeconds(2);

    private final Outbox<D> outbox;
    private final WebhookClient client;
    private final Duration interval;
    private final Semaphore permits;
    private final ExecutorService threads;

    /**
     * @param most that are sent at once
     * @param interval how often is looked for more while one is under way
     */
    public DeliveryEngine(
            String name, Outbox<D> outbox, WebhookClient client, int most, Duration interval) {
        this.outbox = outbox;
        this.client = client;
        this.interval = interval;
        permits = new Semaphore(most);
        // Not virtual: they would wait their turn behind all requests when they write down.
        threads =
                Executors.newFixedThreadPool(
                        most, Thread.ofPlatform().daemon().name(name, 1).factory());
    }

    /**
     * Sends all that is due, and what becomes due meanwhile; a slow receiver holds up none but
     * itself.
     */
    public void deliverDue() {
        Semaphore finished = new Semaphore(0);
        int running = start(finished);
        while (running > 0) {
            running -= await(finished);
            running += start(finished);
        }
    }

    /** Starts as many as there is room for; answers how many. */
    private int start(Semaphore finished) {
        int free = permits.drainPermits();
        int used = 0;
        try {
            List<D> claimed = free == 0 || threads.isShutdown() ? List.of() : outbox.claim(free);
            for (D delivery : claimed) {
                threads.execute(() -> {
                    try {
                        deliver(delivery);
                    } finally {
                        permits.release();
                        finished.release();
                    }
                });
                used++;
            }
        } finally {
            permits.release(free - used);
        }
        return used;
    }

    /** Waits until one has ended, or it is time to look for more; answers how many have. */
    private int await(Semaphore finished) {
        try {
            boolean ended = finished.tryAcquire(interval.toNanos(), TimeUnit.NANOSECONDS);
            return ended ? 1 + finished.drainPermits() : 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private void deliver(D delivery) {
        try {
            outbox.record(delivery, attempt(delivery));
        } catch (RuntimeException e) {
            log.warn(
                    "what came of a delivery is not written down; it is made again: {}",
                    e.toString());
        }
    }

    /** Any failure counts as a try: else it would be made for ever. */
    private DeliveryAttempt attempt(D delivery) {
        long begun = System.nanoTime();
        try {
            WebhookMessage message = outbox.message(delivery);
            begun = System.nanoTime();
            WebhookAnswer answer = client.send(message);
            return new DeliveryAttempt(
                    answer, answer.accepted() ? null : line(answer.summary()), since(begun));
        } catch (IOException | RuntimeException e) {
            String text = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            return new DeliveryAttempt(null, line(text), since(begun));
        }
    }

    private static Duration since(long begun) {
        return Duration.ofNanos(System.nanoTime() - begun);
    }

    private static String line(String text) {
        String line = text.replaceAll("[\\p{Cc}\\p{Cs}\\s]+", " ").strip();
        return line.substring(0, Math.min(line.length(), LONGEST_ERROR));
    }

    /** Begins nothing more; what is not answered soon is sent again by whoever comes next. */
    @Override
    public void close() throws IOException {
        threads.shutdown();
        try {
            if (!threads.awaitTermination(LAST_ANSWERS.toMillis(), TimeUnit.MILLISECONDS)) {
                log.info(
                        "deliveries are left to other replicas: no answer within {}", LAST_ANSWERS);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        client.close();
    }
}
