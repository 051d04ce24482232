package dev.seedgate.task.dispatch;

import dev.seedgate.platform.values.TaskId;
import dev.seedgate.task.queue.Freshness;
import dev.seedgate.task.queue.WorkQueue;
import dev.seedgate.task.view.StatusRefresher;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * The polls that status reads wait for. A read only makes the poll due; it is claimed and paid for
 * with a permit like any other, so reads can't spend more of the vendor's budget than there is.
 */
@Component
class OnDemandPolls implements StatusRefresher {

    private final WorkQueue work;
    private final WakeSignal wakeSignal;
    private final Map<TaskId, PendingPoll> pending = new ConcurrentHashMap<>();

    OnDemandPolls(WorkQueue work, WakeSignal wakeSignal) {
        this.work = work;
        this.wakeSignal = wakeSignal;
    }

    @Override
    public News refresh(TaskId task, Duration age, Duration atMost) {
        // Waiting begins before the poll can.
        PendingPoll poll = pending.compute(task, (_, there) -> PendingPoll.join(there));
        try {
            return refresh(task, age, atMost, poll.answer);
        } finally {
            // The last reader to go takes it along; the answer may still come, for the next one.
            pending.computeIfPresent(
                    task, (_, there) -> there == poll && --there.readers == 0 ? null : there);
        }
    }

    private News refresh(TaskId task, Duration age, Duration atMost, CompletableFuture<Void> poll) {
        Freshness freshness = work.pollNowIfOlderThan(task, age);
        if (freshness != Freshness.STALE) {
            // What is stored by now is fresh; that holds for all others that wait.
            answered(task);
            return freshness == Freshness.ENDED ? News.UPDATED : News.UNCHANGED;
        }
        wakeSignal.send();
        try {
            poll.get(atMost.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            // What is stored is given.
            return News.TIMED_OUT;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return News.UPDATED;
    }

    /** A poll of this task has been recorded. */
    void answered(TaskId task) {
        @Nullable PendingPoll poll = pending.remove(task);
        if (poll != null) {
            poll.answer.complete(null);
        }
    }

    /** A poll that readers wait for. Counted inside the map's own lock. */
    private static final class PendingPoll {

        private final CompletableFuture<Void> answer = new CompletableFuture<>();
        private int readers;

        static PendingPoll join(@Nullable PendingPoll there) {
            PendingPoll poll = there == null ? new PendingPoll() : there;
            poll.readers++;
            return poll;
        }
    }
}
