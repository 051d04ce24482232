package dev.seedgate.generation;

import dev.seedgate.shared.ErrorCode;
import dev.seedgate.shared.GatewayException;
import dev.seedgate.shared.TaskId;
import dev.seedgate.team.Caller;
import dev.seedgate.telemetry.Step;
import dev.seedgate.telemetry.Steps;
import dev.seedgate.telemetry.TeamMeters;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Service;
import org.springframework.transaction.TransactionException;

/** Makes tasks, and never lies about whether it has. */
@Service
class Creates {

    private static final Logger log = LoggerFactory.getLogger(Creates.class);

    private final Admission admission;
    private final TaskRepository tasks;
    private final Clock clock;
    private final char cell;
    private final Steps steps;
    private final TeamMeters meters;

    Creates(
            Admission admission,
            TaskRepository tasks,
            Clock clock,
            GenerationSettings settings,
            Steps steps,
            TeamMeters meters) {
        this.admission = admission;
        this.tasks = tasks;
        this.clock = clock;
        cell = settings.cell().charAt(0);
        this.steps = steps;
        this.meters = meters;
    }

    /**
     * Accepts an order, or refuses it without a trace. A known idempotency key answers as the first
     * time. When the answer to the commit is lost the task is looked for; found, it was accepted,
     * else {@code OUTCOME_UNKNOWN}.
     */
    Receipt create(Caller caller, Order order) {
        TaskId id = TaskId.create(clock.instant(), cell);
        try (Step _ = steps.begin("create").of(id, caller.teamSlug())) {
            Receipt receipt = create(caller, order, id);
            meters.created(receipt.replayed() ? "replayed" : "accepted", caller.teamSlug());
            if (!receipt.replayed()) {
                log.info("task {} is QUEUED", id);
            }
            return receipt;
        }
    }

    private Receipt create(Caller caller, Order order, TaskId id) {
        AtomicBoolean committing = new AtomicBoolean();
        try {
            return admission.admit(caller, order, id, () -> committing.set(true));
        } catch (DataAccessException | TransactionException e) {
            if (!committing.get()) {
                throw e;
            }
            log.warn("the answer to the commit of task {} is lost: {}", id, e.toString());
            return stored(caller, order, id).orElseThrow(Creates::unknown);
        }
    }

    private Optional<Receipt> stored(Caller caller, Order order, TaskId id) {
        try {
            return tasks.findByIdAndTeamId(id.value(), caller.teamId())
                    .map(_ -> new Receipt(id, order.preset().credits(), null, null, false));
        } catch (DataAccessException | TransactionException e) {
            log.warn("task {} can't be looked for either: {}", id, e.toString());
            return Optional.empty();
        }
    }

    private static GatewayException unknown() {
        return new GatewayException(
                ErrorCode.OUTCOME_UNKNOWN,
                "The database did not say whether it stored the task. Repeat the call with the same Idempotency-Key, or look into /api/tasks.",
                Duration.ofSeconds(2));
    }
}
