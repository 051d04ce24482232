package dev.seedgate.generation;

import dev.seedgate.credit.Charge;
import dev.seedgate.credit.Ledger;
import dev.seedgate.credit.Reservation;
import dev.seedgate.shared.GatewayException;
import dev.seedgate.shared.TaskId;
import dev.seedgate.team.Caller;
import dev.seedgate.telemetry.Steps;
import dev.seedgate.upstream.Vendor;
import dev.seedgate.work.DueWork;
import jakarta.persistence.EntityManager;
import java.util.Optional;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** One transaction for a task, its charge and its place in the queue, and nothing else. */
@Service
class Admission {

    private final EntityManager entities;
    private final IdempotencyKeys idempotencyKeys;
    private final Ledger ledger;
    private final DueWork work;
    private final Intake intake;
    private final Vendor vendor;
    private final ApplicationEventPublisher events;
    private final Steps steps;

    Admission(
            EntityManager entities,
            IdempotencyKeys idempotencyKeys,
            Ledger ledger,
            DueWork work,
            Intake intake,
            Vendor vendor,
            ApplicationEventPublisher events,
            Steps steps) {
        this.entities = entities;
        this.idempotencyKeys = idempotencyKeys;
        this.ledger = ledger;
        this.work = work;
        this.intake = intake;
        this.vendor = vendor;
        this.events = events;
        this.steps = steps;
    }

    /**
     * Accepts the order as this task.
     *
     * @param committing called when only the commit is left: whatever goes wrong afterwards leaves
     *     it open
     */
    @Transactional
    Receipt admit(Caller caller, Order order, TaskId id, Runnable committing) {
        String key = order.idempotencyKey();
        // Whoever is refused by what is only read writes nothing; who isn't may still be refused by
        // the reservation. Before the key is looked for: the call that it belongs to may have used
        // up
        // what this one misses.
        GatewayException refusal = ledger.look(charge(caller, order, id)).refusal();
        Optional<Receipt> earlier =
                Optional.ofNullable(key)
                        .flatMap(it -> idempotencyKeys.find(it, caller.teamId(), order));
        if (earlier.isPresent()) {
            return earlier.get();
        }
        if (refusal != null) {
            throw refusal;
        }
        intake.check(caller);
        if (key != null) {
            earlier = idempotencyKeys.claim(key, caller.teamId(), order, id);
        }
        return earlier.orElseGet(() -> accept(caller, order, id, committing));
    }

    /**
     * The account is moved last but for the work row, which needs the price: its lock is what
     * creates wait for.
     */
    private Receipt accept(Caller caller, Order order, TaskId id, Runnable committing) {
        entities.persist(new Task(id, caller, order, vendor.name(), steps.stored()));
        entities.flush();
        Reservation reservation = ledger.reserve(charge(caller, order, id));
        work.enqueue(id, caller.teamId(), reservation.credits());
        intake.taken(caller);
        events.publishEvent(new TaskQueued());
        TransactionSynchronizationManager.registerSynchronization(
                new TransactionSynchronization() {
                    @Override
                    public void beforeCommit(boolean readOnly) {
                        committing.run();
                    }
                });
        return new Receipt(
                id, reservation.credits(), reservation.remaining(), reservation.exceeded(), false);
    }

    Charge charge(Caller caller, Order order, TaskId id) {
        return new Charge(
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
