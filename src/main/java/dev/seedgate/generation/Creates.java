package dev.seedgate.generation;

import dev.seedgate.credit.Charge;
import dev.seedgate.credit.Ledger;
import dev.seedgate.credit.Reservation;
import dev.seedgate.shared.TaskId;
import dev.seedgate.team.Caller;
import dev.seedgate.upstream.Vendor;
import dev.seedgate.work.DueWork;
import jakarta.persistence.EntityManager;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Makes tasks: one transaction for the task, its charge and its place in the queue, and nothing
 * else.
 */
@Service
class Creates {

    private final EntityManager entities;
    private final IdempotencyKeys idempotencyKeys;
    private final Ledger ledger;
    private final DueWork work;
    private final Intake intake;
    private final Vendor vendor;
    private final ApplicationEventPublisher events;
    private final Clock clock;

    Creates(
            EntityManager entities,
            IdempotencyKeys idempotencyKeys,
            Ledger ledger,
            DueWork work,
            Intake intake,
            Vendor vendor,
            ApplicationEventPublisher events,
            Clock clock) {
        this.entities = entities;
        this.idempotencyKeys = idempotencyKeys;
        this.ledger = ledger;
        this.work = work;
        this.intake = intake;
        this.vendor = vendor;
        this.events = events;
        this.clock = clock;
    }

    /**
     * Accepts an order, or refuses it without a trace. A known idempotency key answers as the first
     * time.
     */
    @Transactional
    Receipt create(Caller caller, Order order) {
        Instant now = clock.instant();
        TaskId id = TaskId.create(now);
        Optional<Receipt> earlier =
                Optional.ofNullable(order.idempotencyKey())
                        .flatMap(key -> idempotencyKeys.claim(key, caller.teamId(), order, id));
        return earlier.orElseGet(() -> accept(caller, order, id, now));
    }

    /**
     * The account is moved last but for the work row that needs its tag: its lock is what creates
     * wait for.
     */
    private Receipt accept(Caller caller, Order order, TaskId id, Instant now) {
        intake.check();
        entities.persist(new Task(id, caller, order, vendor.name(), now));
        entities.flush();
        Reservation reservation = ledger.reserve(charge(caller, order, id));
        work.enqueue(id, caller.teamId(), reservation.startTag(), reservation.credits());
        events.publishEvent(new TaskQueued());
        return new Receipt(id, reservation.credits(), reservation.remaining(), false);
    }

    private Charge charge(Caller caller, Order order, TaskId id) {
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
