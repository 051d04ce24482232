package dev.seedgate.task.order;

import dev.seedgate.access.team.AuthenticatedTeam;
import dev.seedgate.platform.telemetry.TaskScope;
import dev.seedgate.platform.telemetry.TaskTracing;
import dev.seedgate.platform.telemetry.TeamMetrics;
import dev.seedgate.platform.values.Actor;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.task.lifecycle.GenerationSettings;
import dev.seedgate.task.lifecycle.NewTask;
import dev.seedgate.task.lifecycle.Order;
import dev.seedgate.task.lifecycle.TaskTransitions;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Service;
import org.springframework.transaction.TransactionException;

/**
 * The creation of tasks: an accepted order is a stored task, and where the database did not say
 * whether it stored one, so does the answer.
 */
@Service
class TaskCreation {

    private static final Logger log = LoggerFactory.getLogger(TaskCreation.class);

    private final CreateGroups groups;
    private final TaskTransitions tasks;
    private final Clock clock;
    private final char cell;
    private final TaskTracing tracing;
    private final TeamMetrics meters;

    TaskCreation(
            CreateGroups groups,
            TaskTransitions tasks,
            Clock clock,
            GenerationSettings settings,
            TaskTracing tracing,
            TeamMetrics meters) {
        this.groups = groups;
        this.tasks = tasks;
        this.clock = clock;
        cell = settings.cell().charAt(0);
        this.tracing = tracing;
        this.meters = meters;
    }

    /**
     * Accepts an order, or refuses it without a trace. A known idempotency key answers as the first
     * time. When the answer to the commit is lost the task is looked for; found, it was accepted,
     * else {@code OUTCOME_UNKNOWN}.
     */
    CreateResult create(AuthenticatedTeam caller, Order order) {
        return create(caller, order, null);
    }

    /** The same of an admin in the team's name, which the audit log says; null is the team. */
    CreateResult create(AuthenticatedTeam caller, Order order, @Nullable Actor admin) {
        TaskId id = TaskId.create(clock.instant(), cell);
        try (TaskScope _ = tracing.begin("create").of(id, caller.teamSlug())) {
            CreateResult result =
                    create(
                            new PendingCreate(
                                    new NewTask(id, caller, order, tracing.traceParent()), admin));
            meters.created(result.replayed() ? "replayed" : "accepted", caller.teamSlug());
            if (!result.replayed()) {
                log.info("task {} is QUEUED", id);
            }
            return result;
        }
    }

    private CreateResult create(PendingCreate create) {
        NewTask task = create.task();
        try {
            return groups.admit(create);
        } catch (RuntimeException e) {
            if (!create.mayBeCommitted()) {
                throw e;
            }
            log.warn("the answer to the commit of task {} is lost: {}", task.id(), e.toString());
            return findCommitted(task).orElseThrow(TaskCreation::unknown);
        }
    }

    private Optional<CreateResult> findCommitted(NewTask task) {
        try {
            return tasks.exists(task.id(), task.caller())
                    ? Optional.of(
                            new CreateResult(
                                    task.id(), task.order().preset().credits(), null, null, false))
                    : Optional.empty();
        } catch (DataAccessException | TransactionException e) {
            log.warn("task {} can't be looked for either: {}", task.id(), e.toString());
            return Optional.empty();
        }
    }

    private static ApiException unknown() {
        return new ApiException(
                ErrorCode.OUTCOME_UNKNOWN,
                "The database did not say whether it stored the task. Repeat the call with the same Idempotency-Key, or look into /api/tasks.",
                Duration.ofSeconds(2));
    }
}
