package dev.seedgate.task.wait;

import dev.seedgate.task.lifecycle.Phase;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * One wait for news of one task, until it is closed. Holds a thread and nothing else: no
 * connection, no transaction. Whoever reads the task after the watch was opened misses nothing.
 */
public final class TaskWatch implements AutoCloseable {

    /** What a wait for news brought. */
    public enum News {
        /** The task may have moved. */
        MOVED,
        /** The time is up. */
        NONE,
        /** This instance stops. */
        STOPPED
    }

    private final Consumer<TaskWatch> onClose;
    private long newestEvent;
    private boolean moved;
    private boolean ended;
    private boolean stopped;
    private WaitEnd end = WaitEnd.GONE;

    TaskWatch(Consumer<TaskWatch> onClose) {
        this.onClose = onClose;
    }

    /** The task has moved, here and just now. */
    synchronized void tell(Phase phase) {
        moved = true;
        ended |= phase.terminal();
        notifyAll();
    }

    /** The database has this as the task's newest event. */
    synchronized void tell(Phase phase, long event) {
        if (event > newestEvent) {
            newestEvent = event;
            tell(phase);
        }
    }

    synchronized void stop() {
        stopped = true;
        notifyAll();
    }

    /** Waits until the task has ended. */
    synchronized WaitEnd awaitEnd(Duration atMost) {
        end =
                switch (await(() -> ended, atMost)) {
                    case MOVED -> WaitEnd.ENDED;
                    case NONE -> WaitEnd.TIME;
                    case STOPPED -> WaitEnd.STOPPED;
                };
        return end;
    }

    /** Waits until the task may have moved since the last time. */
    public synchronized News awaitNews(Duration atMost) {
        News news = await(() -> moved, atMost);
        moved = false;
        return news;
    }

    private News await(BooleanSupplier reached, Duration atMost) {
        long until = System.nanoTime() + atMost.toNanos();
        while (!reached.getAsBoolean()) {
            long left = until - System.nanoTime();
            if (stopped) {
                return News.STOPPED;
            }
            if (left <= 0) {
                return News.NONE;
            }
            try {
                // One more than nothing: 0 would be for ever.
                wait(TimeUnit.NANOSECONDS.toMillis(left) + 1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return News.STOPPED;
            }
        }
        return News.MOVED;
    }

    /** Says why it will be closed; without a word the reader has gone. */
    public synchronized void endsAs(WaitEnd reason) {
        end = reason;
    }

    synchronized WaitEnd end() {
        return end;
    }

    @Override
    public void close() {
        onClose.accept(this);
    }
}
