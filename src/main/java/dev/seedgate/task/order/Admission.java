package dev.seedgate.task.order;

import dev.seedgate.access.team.AuthenticatedTeam;
import dev.seedgate.credit.ledger.Ledger;
import dev.seedgate.credit.ledger.Reservation;
import dev.seedgate.credit.ledger.ReservationRequest;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.task.lifecycle.Order;
import dev.seedgate.task.lifecycle.TaskQueued;
import dev.seedgate.task.lifecycle.TaskTransitions;
import dev.seedgate.task.queue.WorkQueue;
import dev.seedgate.vendor.client.Vendor;
import java.util.Optional;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * The transaction that admits an order: the task, its charge and its place in the queue, and
 * nothing else.
 */
@Service
class Admission {

    private final TaskTransitions tasks;
    private final IdempotencyStore idempotencyKeys;
    private final Ledger ledger;
    private final WorkQueue work;
    private final AdmissionGate gate;
    private final Vendor vendor;
    private final ApplicationEventPublisher events;

    Admission(
            TaskTransitions tasks,
            IdempotencyStore idempotencyKeys,
            Ledger ledger,
            WorkQueue work,
            AdmissionGate gate,
            Vendor vendor,
            ApplicationEventPublisher events) {
        this.tasks = tasks;
        this.idempotencyKeys = idempotencyKeys;
        this.ledger = ledger;
        this.work = work;
        this.gate = gate;
        this.vendor = vendor;
        this.events = events;
    }

    /**
     * Accepts the order as this task.
     *
     * @param committing called when only the commit is left: a failure after that leaves the
     *     outcome open
     */
    @Transactional
    CreateResult admit(AuthenticatedTeam caller, Order order, TaskId id, Runnable committing) {
        String key = order.idempotencyKey();
        // An order that this look refuses writes nothing; one that passes may still be refused by
        // the reservation. It comes before the key is looked for: the call that the key belongs to
        // may have used up what this one misses.
        ApiException refusal = ledger.preview(charge(caller, order, id)).refusal();
        Optional<CreateResult> earlier =
                Optional.ofNullable(key)
                        .flatMap(it -> idempotencyKeys.find(it, caller.teamId(), order));
        if (earlier.isPresent()) {
            return earlier.get();
        }
        if (refusal != null) {
            throw refusal;
        }
        gate.check(caller);
        if (key != null) {
            earlier = idempotencyKeys.claim(key, caller.teamId(), order, id);
        }
        return earlier.orElseGet(() -> accept(caller, order, id, committing));
    }

    /**
     * The account is moved last but for the work row, which needs the price: its lock is what
     * creates wait for.
     */
    private CreateResult accept(
            AuthenticatedTeam caller, Order order, TaskId id, Runnable committing) {
        tasks.create(id, caller, order, vendor.name());
        Reservation reservation = ledger.reserve(charge(caller, order, id));
        work.enqueue(id, caller.teamId(), reservation.credits());
        gate.countAdmitted(caller);
        events.publishEvent(new TaskQueued());
        TransactionSynchronizationManager.registerSynchronization(
                new TransactionSynchronization() {
                    @Override
                    public void beforeCommit(boolean readOnly) {
                        committing.run();
                    }
                });
        return new CreateResult(
                id, reservation.credits(), reservation.remaining(), reservation.exceeded(), false);
    }

    ReservationRequest charge(AuthenticatedTeam caller, Order order, TaskId id) {
        return new ReservationRequest(
                id.value(),
                caller.teamId(),
                caller.keyId(),
                caller.keyName(),
                order.project(),
                caller.costCenter(),
                order.preset(),
                vendor.name(),
                caller.actor());
    }
}
