package dev.seedgate.task.dispatch;

import dev.seedgate.platform.database.DatabaseFault;
import dev.seedgate.platform.telemetry.Loops;
import dev.seedgate.platform.telemetry.TaskScope;
import dev.seedgate.platform.telemetry.TaskTracing;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.task.lifecycle.TaskExpiry;
import dev.seedgate.task.queue.WorkKind;
import dev.seedgate.task.queue.WorkQueue;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * The periodic job that ends what is overdue: tasks whose sender must be dead, tasks queued for too
 * long, and tasks without an outcome for so long that their charge is given back. Replicas share
 * them: what one has claimed, the others pass over.
 */
@Component
class OverdueSweeper {

    private static final Logger log = LoggerFactory.getLogger(OverdueSweeper.class);

    private final WorkQueue work;
    private final TaskExpiry expiry;
    private final DispatchSettings settings;
    private final TaskTracing tracing;
    private final Counter failures;

    OverdueSweeper(
            WorkQueue work,
            TaskExpiry expiry,
            DispatchSettings settings,
            TaskTracing tracing,
            MeterRegistry meters,
            Loops loops) {
        this.work = work;
        this.expiry = expiry;
        this.settings = settings;
        this.tracing = tracing;
        failures = meters.counter("seedgate.dispatch.failures");
        loops.drain(settings.dispatchSweepInterval(), "sweeper", this::sweep);
    }

    /** Sweeps once through the three kinds. Answers whether there may be more to do at once. */
    boolean sweep() {
        Duration lease = settings.dispatchClaimLease();
        int batch = settings.dispatchSweepBatch();
        int expiredLeases =
                forEachSafely(
                        work.claimDue(WorkKind.SUBMITTING, batch, lease), expiry::leaseExpired);
        int overdue = forEachSafely(expiry.claimOverdueInQueue(batch, lease), expiry::expireQueued);
        int unresolved =
                forEachSafely(
                        work.claimDue(WorkKind.REFUND, batch, lease), expiry::refundUnresolved);
        return Math.max(expiredLeases, Math.max(overdue, unresolved)) == batch;
    }

    /**
     * A few at a time, because each commits for itself: one task that can't be helped must not keep
     * the others from it. It is tried again when its claim is over.
     */
    private int forEachSafely(List<TaskId> tasks, Consumer<TaskId> verb) {
        try (ExecutorService threads =
                Executors.newFixedThreadPool(
                        settings.dispatchSweepThreads(), Thread.ofPlatform().daemon().factory())) {
            List<Future<?>> all =
                    tasks.stream()
                            .<Future<?>>map(it -> threads.submit(() -> applySafely(it, verb)))
                            .toList();
            for (Future<?> each : all) {
                each.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        }
        return tasks.size();
    }

    private void applySafely(TaskId task, Consumer<TaskId> verb) {
        try (TaskScope _ = tracing.begin("sweep").of(task)) {
            verb.accept(task);
        } catch (RuntimeException e) {
            if (DatabaseFault.of(e) == DatabaseFault.AWAY) {
                // All of them fail then, and the loop logs it once.
                throw e;
            }
            failures.increment();
            log.warn("sweep of {}: {}", task, e.toString());
            log.debug("sweep of {}", task, e);
        }
    }
}
