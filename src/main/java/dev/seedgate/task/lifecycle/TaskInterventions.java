package dev.seedgate.task.lifecycle;

import dev.seedgate.access.team.AuthenticatedTeam;
import dev.seedgate.platform.audit.AuditLog;
import dev.seedgate.platform.audit.Change;
import dev.seedgate.platform.values.Actor;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.task.queue.WorkQueue;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * The interventions of people: a team cancels a task, an operator gives its charge back or says
 * which one it is at the vendor. Each verb is one transaction with its entry in the audit log.
 */
@Service
public class TaskInterventions {

    private final TaskTransitions transitions;
    private final TaskRepository tasks;
    private final VendorJobs jobs;
    private final AuditLog audit;
    private final WorkQueue work;
    private final GenerationSettings settings;

    TaskInterventions(
            TaskTransitions transitions,
            TaskRepository tasks,
            VendorJobs jobs,
            AuditLog audit,
            WorkQueue work,
            GenerationSettings settings) {
        this.transitions = transitions;
        this.tasks = tasks;
        this.jobs = jobs;
        this.audit = audit;
        this.work = work;
        this.settings = settings;
    }

    /** A team no longer wants its clip: {@code TASK_NOT_FOUND} for another team's. */
    @Transactional
    public void cancel(TaskId id, AuthenticatedTeam caller) {
        Task task =
                tasks.lock(id.value())
                        .filter(it -> it.teamId() == caller.teamId())
                        .orElseThrow(TaskInterventions::unknown);
        cancel(task, caller.actor());
    }

    /**
     * An admin cancels a clip that still waits; the charge goes back. {@code TASK_NOT_CANCELLABLE}
     * once its submit began: the vendor knows no cancelling.
     */
    @Transactional
    public void cancel(TaskId id, Actor actor) {
        Task task = transitions.lockKnown(id);
        cancel(task, actor);
        write("task.cancel", task, Phase.QUEUED, null, actor);
    }

    private void cancel(Task task, Actor actor) {
        if (task.phase() != Phase.QUEUED) {
            throw new ApiException(
                    ErrorCode.TASK_NOT_CANCELLABLE,
                    "The task is " + task.phase() + "; only QUEUED ones can be cancelled.");
        }
        transitions.fail(
                task, "Cancelled before it was submitted. Nothing was charged.", null, null, actor);
    }

    /**
     * An operator gives the charge of an UNCERTAIN or EXPIRED task back. Refused with {@code
     * TASK_NOT_RESOLVABLE} for another, and while its sender may still bring an answer.
     */
    @Transactional
    public void refund(TaskId id, @Nullable String reason, Actor actor) {
        Task task = lockToResolve(id);
        if (!work.leaseOverFor(id, settings.resolveGrace())) {
            throw new ApiException(
                    ErrorCode.TASK_NOT_RESOLVABLE,
                    "An answer to this task's submit may still come; try again in some minutes.",
                    settings.resolveGrace());
        }
        Phase before = task.phase();
        transitions.refundUnresolved(task, reason == null ? "resolved by an admin" : reason, actor);
        write("task.refund", task, before, reason, actor);
    }

    /** An operator found the task at the vendor: it is polled from now on. */
    @Transactional
    public void attach(TaskId id, String upstreamTaskId, @Nullable String reason, Actor actor) {
        Task task = lockToResolve(id);
        if (jobs.taskOf(task.upstream(), upstreamTaskId)
                .filter(it -> !task.isTask(it))
                .isPresent()) {
            throw new ApiException(
                    ErrorCode.UPSTREAM_ID_TAKEN, "Another task has this upstream_task_id.");
        }
        Phase before = task.phase();
        transitions.move(task, () -> task.attached(upstreamTaskId, transitions.now()));
        work.schedulePoll(id, Duration.ZERO);
        transitions.record(
                task, TimelineNote.FOUND, actor + " attached " + upstreamTaskId + ": " + reason);
        write("task.attach", task, before, reason, actor);
    }

    /**
     * An operator wants the vendor asked now about a task that it has and whose end nobody knows;
     * {@code TASK_NOT_RESOLVABLE} for another. One that only waits for its refund any more is
     * polled again; the answer to that schedules the refund anew.
     *
     * @return the moment from which on an answer is one to this question
     */
    @Transactional
    public Instant askVendor(TaskId id, Actor actor) {
        Task task = transitions.lockKnown(id);
        if (task.phase().terminal() || task.upstreamTaskId() == null) {
            throw new ApiException(
                    ErrorCode.TASK_NOT_RESOLVABLE,
                    "The task is "
                            + task.phase()
                            + "; the vendor can be asked only about one that it has and that has not ended.");
        }
        work.pollInsteadOfRefund(id);
        write("task.ask", task, task.phase(), null, actor);
        return transitions.now();
    }

    private void write(
            String action, Task task, Phase before, @Nullable String reason, Actor actor) {
        Map<String, String> after = new LinkedHashMap<>();
        after.put("phase", task.phase().name());
        if (task.upstreamTaskId() != null) {
            after.put("upstream_task_id", task.upstreamTaskId());
        }
        audit.record(
                new Change(
                        action,
                        "task:" + task.id().value(),
                        Map.of("phase", before.name()),
                        after,
                        reason),
                actor);
    }

    private Task lockToResolve(TaskId id) {
        Task task = transitions.lockKnown(id);
        checkResolvable(task);
        return task;
    }

    /** One text, whether there is no such task or it is another team's. */
    public static ApiException unknown() {
        return new ApiException(ErrorCode.TASK_NOT_FOUND, "Your team has no task with this id.");
    }

    /** {@code TASK_NOT_RESOLVABLE} for a task whose outcome is known or will be. */
    static void checkResolvable(Task task) {
        if (task.phase() != Phase.UNCERTAIN && task.phase() != Phase.EXPIRED) {
            throw new ApiException(
                    ErrorCode.TASK_NOT_RESOLVABLE,
                    "The task is "
                            + task.phase()
                            + "; only UNCERTAIN and EXPIRED ones can be resolved.");
        }
    }
}
