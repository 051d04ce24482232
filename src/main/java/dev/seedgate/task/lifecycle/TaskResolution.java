package dev.seedgate.task.lifecycle;

import dev.seedgate.platform.values.Actor;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.vendor.client.Vendor;
import dev.seedgate.vendor.contract.TaskLookup;
import dev.seedgate.vendor.throttle.PermitGrant;
import dev.seedgate.vendor.throttle.RateBudget;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/**
 * The resolution of tasks without an outcome: an operator refunds one, or attaches it to a task at
 * the vendor, which is asked for it outside of any transaction.
 */
@Service
public class TaskResolution {

    // At the default rate several permits come by in this time.
    private static final Duration PERMIT_WAIT = Duration.ofSeconds(1);

    private final TaskInterventions interventions;
    private final TaskRepository tasks;
    private final RateBudget budget;
    private final Vendor vendor;

    TaskResolution(
            TaskInterventions interventions,
            TaskRepository tasks,
            RateBudget budget,
            Vendor vendor) {
        this.interventions = interventions;
        this.tasks = tasks;
        this.budget = budget;
        this.vendor = vendor;
    }

    /** Gives the charge back. */
    public void refund(TaskId id, @Nullable String reason, Actor actor) {
        interventions.refund(id, reason, actor);
    }

    /**
     * Polls the task under this id of the vendor's from now on, after asking the vendor once what
     * it is: an id it does not know is {@code UPSTREAM_TASK_UNKNOWN}, another order's {@code
     * UPSTREAM_TASK_DIFFERS} unless forced. A task that can't be resolved is refused before.
     */
    public void attach(
            TaskId id, String upstreamTaskId, boolean force, @Nullable String reason, Actor actor) {
        Task task =
                tasks.findById(id.value())
                        .orElseThrow(() ->
                                new ApiException(
                                        ErrorCode.TASK_NOT_FOUND, "There is no task " + id + "."));
        TaskInterventions.checkResolvable(task);
        switch (lookUp(upstreamTaskId)) {
            case TaskLookup.Unknown _ ->
                    throw new ApiException(
                            ErrorCode.UPSTREAM_TASK_UNKNOWN,
                            "The vendor knows no task " + upstreamTaskId + ".");
            case TaskLookup.Unanswered _ -> throw silent();
            case TaskLookup.Known known -> {
                if (!force && !known.isConsistentWith(task.clip())) {
                    throw new ApiException(
                            ErrorCode.UPSTREAM_TASK_DIFFERS,
                            "The vendor's task "
                                    + upstreamTaskId
                                    + " was ordered with another request; send force:true if it is this one all the same.");
                }
            }
        }
        interventions.attach(id, upstreamTaskId, reason, actor);
    }

    /** Waits a little for a permit: polls that are due go on meanwhile. */
    private TaskLookup lookUp(String upstreamTaskId) {
        long until = System.nanoTime() + PERMIT_WAIT.toNanos();
        PermitGrant grant = budget.take(0, 1);
        while (grant.polls().isEmpty() && System.nanoTime() - until < 0) {
            LockSupport.parkNanos(Math.min(grant.retryIn().toNanos(), PERMIT_WAIT.toNanos()));
            grant = budget.take(0, 1);
        }
        if (grant.polls().isEmpty()) {
            throw silent();
        }
        return vendor.lookUp(upstreamTaskId, grant.polls().getFirst());
    }

    private static ApiException silent() {
        return new ApiException(
                ErrorCode.UPSTREAM_UNAVAILABLE,
                "The vendor can't be asked at the moment; nothing was changed. Try again.",
                Duration.ofSeconds(1));
    }
}
