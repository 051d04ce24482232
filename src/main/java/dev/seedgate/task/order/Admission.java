package dev.seedgate.task.order;

import dev.seedgate.access.team.AuthenticatedTeam;
import dev.seedgate.credit.ledger.AdmissionVerdict;
import dev.seedgate.credit.ledger.Reservation;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.task.lifecycle.Order;
import dev.seedgate.task.lifecycle.TaskQueued;
import dev.seedgate.task.lifecycle.TaskTransitions;
import dev.seedgate.vendor.client.Vendor;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
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
    private final AdmissionGate gate;
    private final CallbackRegistry callbacks;
    private final Vendor vendor;
    private final ApplicationEventPublisher events;
    // As many as there are teams, at most.
    private final Set<Long> refusedLately = ConcurrentHashMap.newKeySet();

    Admission(
            TaskTransitions tasks,
            IdempotencyStore idempotencyKeys,
            AdmissionGate gate,
            CallbackRegistry callbacks,
            Vendor vendor,
            ApplicationEventPublisher events) {
        this.tasks = tasks;
        this.idempotencyKeys = idempotencyKeys;
        this.gate = gate;
        this.callbacks = callbacks;
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
        // A team that is beyond a limit mostly comes again: the look refuses it without a lock. It
        // comes before the key is looked for: the call that the key belongs to may have used up
        // what this one misses.
        @Nullable ApiException refusal =
                refusedLately.contains(caller.teamId())
                        ? preview(caller, order, id).refusal()
                        : null;
        Optional<CreateResult> earlier =
                key == null ? Optional.empty() : idempotencyKeys.find(key, caller.teamId(), order);
        if (earlier.isPresent()) {
            return earlier.get();
        }
        if (refusal != null) {
            throw refusal;
        }
        try {
            gate.check(caller);
        } catch (ApiException closed) {
            // What the team can see to itself says more to it.
            refusal = preview(caller, order, id).refusal();
            throw refusal == null ? closed : refusal;
        }
        if (key != null) {
            earlier = idempotencyKeys.claim(key, caller.teamId(), order, id);
        }
        return earlier.orElseGet(() -> accept(caller, order, id, committing));
    }

    /** Says what the team's limits say to it now; neither locks nor writes. */
    AdmissionVerdict preview(AuthenticatedTeam caller, Order order, TaskId id) {
        return tasks.preview(id, caller, order, vendor.name());
    }

    private CreateResult accept(
            AuthenticatedTeam caller, Order order, TaskId id, Runnable committing) {
        // Before the account is locked, which the team's other creates wait for.
        if (order.callbackUrl() != null) {
            callbacks.register(caller, id, order.callbackUrl());
        }
        Reservation reservation;
        try {
            reservation = tasks.create(id, caller, order, vendor.name());
        } catch (ApiException refusal) {
            refusedLately.add(caller.teamId());
            throw refusal;
        }
        refusedLately.remove(caller.teamId());
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
}
