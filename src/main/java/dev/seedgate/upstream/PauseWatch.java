package dev.seedgate.upstream;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/** Keeps the copy of the pauses fresh; a failing look never ends the watch. */
final class PauseWatch implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(PauseWatch.class);

    private final Pauses pauses;
    private final Duration interval;
    private volatile @Nullable Thread thread;
    private volatile boolean running;
    private boolean failing;

    PauseWatch(Pauses pauses, Duration interval) {
        this.pauses = pauses;
        this.interval = interval;
    }

    @Override
    public void start() {
        // The first look before anyone asks: a restarted instance knows of the pauses at once.
        look();
        running = true;
        thread = Thread.ofVirtual().name("vendor-pauses").start(this::run);
    }

    @Override
    public void stop() {
        running = false;
        Thread watching = thread;
        if (watching != null) {
            watching.interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** Before whoever calls the vendor, and after it on the way down. */
    @Override
    public int getPhase() {
        return -1000;
    }

    private void run() {
        while (running) {
            try {
                Thread.sleep(interval);
            } catch (InterruptedException e) {
                return;
            }
            look();
        }
    }

    private void look() {
        try {
            pauses.refresh();
            failing = false;
        } catch (RuntimeException e) {
            // Told once an outage, not once a second.
            if (!failing) {
                log.warn("The vendor's pauses can't be read: {}", e.getMessage());
            }
            failing = true;
        }
    }
}
