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
     * Claims tasks that have waited longer to be submitted than a task may: nobody else looks after
     * them until the lease is over.
     */
    public List<TaskId> claimOverdueInQueue(int limit, Duration lease) {
        return work.claimOverdue(settings.queueMaxWait(), limit, lease);
    }

    /** Whoever was sending this task is dead by now: perhaps it was sent. */
    @Transactional
    public void leaseExpired(TaskId id) {
        Task task = transitions.lock(id);
        if (task.phase() == Phase.SUBMITTING) {
            transitions.markUncertain(
                    task, "the lease of the attempt ran out without an answer being recorded");
        }
    }

    /** The task has waited too long to be submitted. */
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

    /**
     * Nobody ever learned what became of the task: the charge goes back, the loss is the company's.
     */
    @Transactional
    public void refundUnresolved(TaskId id) {
        Task task = transitions.lock(id);
        if (task.phase() == Phase.UNCERTAIN || task.phase() == Phase.EXPIRED) {
            transitions.refundUnresolved(task, "the refund timer", Actor.GATEWAY);
        }
    }

    /** A real vendor takes the sandbox's place: the charge of what was open there goes back. */
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
