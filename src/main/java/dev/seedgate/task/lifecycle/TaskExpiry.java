package dev.seedgate.task.lifecycle;

import dev.seedgate.platform.values.Actor;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.task.queue.WorkQueue;
import dev.seedgate.vendor.client.Vendor;
import java.time.Duration;
import java.util.List;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * The ends of tasks whose time is up: in the queue, while being sent, without an outcome, or at the
 * sandbox when a real vendor takes its place. Each verb is one transaction, guarded by the state it
 * starts from.
 */
@Service
public class TaskExpiry {

    private final TaskTransitions transitions;
    private final WorkQueue work;
    private final GenerationSettings settings;

    TaskExpiry(TaskTransitions transitions, WorkQueue work, GenerationSettings settings) {
        this.transitions = transitions;
        this.work = work;
        this.settings = settings;
    }

    /**
     * Claims tasks that have waited longer to be submitted than a task may; no other claim takes
     * them until the lease is over.
     */
    public List<TaskId> claimOverdueInQueue(int limit, Duration lease) {
        return work.claimOverdue(settings.queueMaxWait(), limit, lease);
    }

    /** Marks a task UNCERTAIN whose sender must be dead by now: perhaps it was sent. */
    @Transactional
    public void leaseExpired(TaskId id) {
        Task task = transitions.lock(id);
        if (task.phase() == Phase.SUBMITTING) {
            transitions.markUncertain(
                    task, "the lease of the attempt ran out without an answer being recorded");
        }
    }

    /** Fails a task that has waited too long to be submitted. */
    @Transactional
    public void expireQueued(TaskId id) {
        Task task = transitions.lock(id);
        if (task.phase() == Phase.QUEUED) {
            transitions.fail(
                    task,
                    "The clip could not be submitted in time. Nothing was charged; try again.",
                    null,
                    null);
        }
    }

    /** Ends a task without an outcome: the charge goes back, the loss is the company's. */
    @Transactional
    public void refundUnresolved(TaskId id) {
        Task task = transitions.lock(id);
        if (task.phase() == Phase.UNCERTAIN || task.phase() == Phase.EXPIRED) {
            transitions.refundUnresolved(task, "the refund timer", Actor.GATEWAY);
        }
    }

    /** Fails an open task of the sandbox whose place a real vendor takes: the charge goes back. */
    @Transactional
    public void cancelSandboxTask(TaskId id) {
        Task task = transitions.lock(id);
        if (!task.phase().terminal() && task.upstream().equals(Vendor.SANDBOX)) {
            transitions.fail(
                    task,
                    "Cancelled with the end of the sandbox. Nothing was charged.",
                    null,
                    null);
        }
    }
}
