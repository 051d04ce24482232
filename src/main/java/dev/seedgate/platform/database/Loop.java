package dev.seedgate.platform.database;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Periodic work on a thread of its own: a step, a pause, the next step. A step that fails never
 * ends it; an outage is told once when it begins and once when it is over, however many steps fail
 * meanwhile.
 */
public final class Loop {

    private static final Logger log = LoggerFactory.getLogger(Loop.class);

    private final String name;
    private final Supplier<Duration> step;
    private final Duration afterFailure;
    private final Runnable onFailure;
    private final Semaphore wakeUps = new Semaphore(0);
    private volatile boolean running;
    private volatile @Nullable Thread thread;
    private long failures;

    /**
     * @param name of its thread and in its log lines
     * @param step answers how long to pause before the next one, unless woken
     * @param afterFailure the pause after a step that failed
     * @param onFailure called for each of them, to count it
     */
    public Loop(String name, Supplier<Duration> step, Duration afterFailure, Runnable onFailure) {
        this.name = name;
        this.step = step;
        this.afterFailure = afterFailure;
        this.onFailure = onFailure;
    }

    /** Makes the first step before it returns, and the others on the loop's own thread. */
    public synchronized void startWithAStep() {
        stepOnce();
        start();
    }

    /** Begins with a step at once. */
    public synchronized void start() {
        if (!running) {
            running = true;
            // A virtual thread would wait its turn behind those of all requests, flood or not.
            thread = Thread.ofPlatform().daemon().name(name).start(this::run);
        }
    }

    /** Ends the pause; a wake-up during a step is not lost. */
    public void wake() {
        if (wakeUps.availablePermits() == 0) {
            wakeUps.release();
        }
    }

    /** No step begins any more. The one under way goes on: wait for it with {@link #join}. */
    public void stop() {
        running = false;
        wake();
    }

    /** Waits until the last step has ended. */
    public void join() throws InterruptedException {
        Thread last = thread;
        if (last != null) {
            last.join();
        }
    }

    public boolean isRunning() {
        return running;
    }

    private void run() {
        while (running) {
            Duration pause = stepOnce();
            try {
                if (wakeUps.tryAcquire(pause.toNanos(), TimeUnit.NANOSECONDS)) {
                    wakeUps.drainPermits();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private Duration stepOnce() {
        try {
            Duration pause = step.get();
            if (failures > 0) {
                log.info("{} works again, after {} failures", name, failures);
                failures = 0;
            }
            return pause;
        } catch (RuntimeException e) {
            onFailure.run();
            if (failures++ == 0) {
                log.warn(
                        "{} fails and goes on trying; told again when it works: {}",
                        name,
                        e.toString());
            }
            log.debug("{} fails", name, e);
            return afterFailure;
        }
    }
}
