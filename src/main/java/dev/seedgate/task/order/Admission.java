package dev.seedgate.task.order;

import dev.seedgate.credit.ledger.AdmissionVerdict;
import dev.seedgate.credit.ledger.BatchReservation;
import dev.seedgate.credit.ledger.Reservation;
import dev.seedgate.platform.audit.AuditLog;
import dev.seedgate.platform.audit.Change;
import dev.seedgate.platform.database.DatabaseFault;
import dev.seedgate.platform.values.Actor;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.task.lifecycle.NewTask;
import dev.seedgate.task.lifecycle.TaskQueued;
import dev.seedgate.task.lifecycle.TaskTransitions;
import dev.seedgate.vendor.client.Vendor;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * The transaction that admits orders: the tasks, their charges and places in the queue, and nothing
 * else.
 */
@Service
class Admission {

    private final TaskTransitions tasks;
    private final IdempotencyStore idempotencyKeys;
    private final AdmissionGate gate;
    private final CallbackRegistry callbacks;
    private final Vendor vendor;
    private final AuditLog audit;
    private final ApplicationEventPublisher events;
    private final TransactionOperations transactions;
    // As many as there are teams, at most.
    private final Set<Long> refusedLately = ConcurrentHashMap.newKeySet();

    Admission(
            TaskTransitions tasks,
            IdempotencyStore idempotencyKeys,
            AdmissionGate gate,
            CallbackRegistry callbacks,
            Vendor vendor,
            AuditLog audit,
            ApplicationEventPublisher events,
            TransactionOperations transactions) {
        this.tasks = tasks;
        this.idempotencyKeys = idempotencyKeys;
        this.gate = gate;
        this.callbacks = callbacks;
        this.vendor = vendor;
        this.audit = audit;
        this.events = events;
        this.transactions = transactions;
    }

    /** Accepts the order, or refuses it; a known idempotency key answers as the first time. */
    @Transactional
    CreateResult admit(PendingCreate create) {
        // A team that is beyond a limit mostly comes again: the look refuses it without a lock. It
        // comes before the key is looked for: the call that the key belongs to may have used up
        // what this one misses.
        @Nullable ApiException refusal =
                wasRefusedLately(create.teamId()) ? preview(create.task()).refusal() : null;
        Optional<CreateResult> earlier = find(create);
        if (earlier.isPresent()) {
            return earlier.get();
        }
        if (refusal != null) {
            throw refusal;
        }
        return claim(create).orElseGet(() -> accept(create));
    }

    /**
     * Accepts orders of any teams in one transaction, which is its own, each as if it came alone
     * after the one before. It refuses none and answers none as it did before: what it does not
     * accept is to be admitted alone, which says why. Waits for no lock but, if it is to wait,
     * those of the accounts.
     *
     * @param waiting whether for an account that another transaction holds; if not, the orders of
     *     its team are {@link GroupAdmission#busy()}
     */
    GroupAdmission admitAll(List<PendingCreate> creates, boolean waiting) {
        List<PendingCreate> open = creates.stream().filter(this::gateIsOpen).toList();
        return open.stream().anyMatch(it -> it.hasKey() || it.hasCallback())
                ? transactions.execute(_ -> admitInTransaction(open, waiting))
                : admitInOneStatement(open, waiting);
    }

    /**
     * Of orders that need nothing written but their tasks. One statement outside of a transaction
     * is its own: it takes no second round trip for the commit, and locks the accounts no longer
     * than it runs.
     */
    private GroupAdmission admitInOneStatement(List<PendingCreate> creates, boolean waiting) {
        if (creates.isEmpty()) {
            return new GroupAdmission(Map.of(), Set.of());
        }
        creates.forEach(PendingCreate::committing);
        BatchReservation batch;
        try {
            batch = tasks.createAll(newTasks(creates, _ -> true), vendor.name(), waiting);
        } catch (DataAccessException e) {
            if (DatabaseFault.isRolledBack(e)) {
                creates.forEach(PendingCreate::rolledBack);
            }
            throw e;
        }
        GroupAdmission outcome = outcome(creates, batch);
        leftOut(creates, outcome).forEach(PendingCreate::rolledBack);
        return outcome;
    }

    /** Of orders of which some have an idempotency key or a callback, which are rows as well. */
    private GroupAdmission admitInTransaction(List<PendingCreate> creates, boolean waiting) {
        List<NewTask> withKey = newTasks(creates, PendingCreate::hasKey);
        Set<String> claimed = withKey.isEmpty() ? Set.of() : idempotencyKeys.claimAll(withKey);
        List<PendingCreate> begun =
                creates.stream().filter(it -> !it.hasKey() || claimed.contains(it.id())).toList();
        List<NewTask> withCallback = newTasks(begun, PendingCreate::hasCallback);
        // Before the accounts are locked, which the teams' other creates wait for.
        Set<String> registered =
                withCallback.isEmpty() ? Set.of() : callbacks.registerAll(withCallback);
        List<PendingCreate> ready =
                begun.stream()
                        .filter(it -> !it.hasCallback() || registered.contains(it.id()))
                        .toList();
        BatchReservation batch =
                ready.isEmpty()
                        ? BatchReservation.NONE
                        : tasks.createAll(newTasks(ready, _ -> true), vendor.name(), waiting);
        GroupAdmission outcome = outcome(ready, batch);
        outcome.admitted().keySet().forEach(Admission::leaveOpenAtCommit);
        undo(leftOut(begun, outcome));
        return outcome;
    }

    private static List<PendingCreate> leftOut(
            List<PendingCreate> creates, GroupAdmission outcome) {
        return creates.stream().filter(it -> !outcome.admitted().containsKey(it)).toList();
    }

    private GroupAdmission outcome(List<PendingCreate> creates, BatchReservation batch) {
        Map<PendingCreate, CreateResult> admitted = new HashMap<>();
        Set<PendingCreate> busy = new HashSet<>();
        for (PendingCreate create : creates) {
            Reservation reservation = batch.reserved().get(create.id());
            if (reservation != null) {
                admitted.put(create, accepted(create, reservation));
            } else if (batch.busy().contains(create.id())) {
                busy.add(create);
            }
        }
        if (!admitted.isEmpty()) {
            events.publishEvent(new TaskQueued());
        }
        return new GroupAdmission(admitted, busy);
    }

    /** Takes back what was written for creates that are not admitted with their group. */
    private void undo(List<PendingCreate> left) {
        List<NewTask> withKey = newTasks(left, PendingCreate::hasKey);
        if (!withKey.isEmpty()) {
            idempotencyKeys.giveBack(withKey);
        }
        List<NewTask> withCallback = newTasks(left, PendingCreate::hasCallback);
        if (!withCallback.isEmpty()) {
            callbacks.forget(withCallback);
        }
    }

    private static List<NewTask> newTasks(
            List<PendingCreate> creates, Predicate<PendingCreate> which) {
        return creates.stream().filter(which).map(PendingCreate::task).toList();
    }

    private boolean gateIsOpen(PendingCreate create) {
        try {
            // The probe is admitted alone: a group could leave it out once it has been claimed.
            gate.checkWithoutProbe(create.task().caller());
            return true;
        } catch (ApiException closed) {
            // Told when it is admitted alone, unless the team's own limits say more.
            return false;
        }
    }

    /** Whether the team was beyond a limit at its last create here. */
    boolean wasRefusedLately(long team) {
        return refusedLately.contains(team);
    }

    /** Says what the team's limits say to it now; neither locks nor writes. */
    AdmissionVerdict preview(NewTask task) {
        return tasks.preview(task, vendor.name());
    }

    private Optional<CreateResult> find(PendingCreate create) {
        String key = create.order().idempotencyKey();
        return key == null
                ? Optional.empty()
                : idempotencyKeys.find(key, create.teamId(), create.order());
    }

    /** Takes the order's key, if it has one, or finds what took it meanwhile. */
    private Optional<CreateResult> claim(PendingCreate create) {
        checkGate(create);
        String key = create.order().idempotencyKey();
        return key == null
                ? Optional.empty()
                : idempotencyKeys.claim(key, create.teamId(), create.order(), create.task().id());
    }

    private void checkGate(PendingCreate create) {
        try {
            gate.check(create.task().caller());
        } catch (ApiException closed) {
            // What the team can see to itself says more to it.
            ApiException refusal = preview(create.task()).refusal();
            throw refusal == null ? closed : refusal;
        }
    }

    private CreateResult accept(PendingCreate create) {
        if (create.hasCallback()) {
            callbacks.register(create.task());
        }
        Reservation reservation;
        try {
            reservation = tasks.create(create.task(), vendor.name());
        } catch (ApiException refusal) {
            refusedLately.add(create.teamId());
            throw refusal;
        }
        refusedLately.remove(create.teamId());
        Actor admin = create.admin();
        if (admin != null) {
            audit.record(ordered(create.task(), reservation.credits()), admin);
        }
        events.publishEvent(new TaskQueued());
        leaveOpenAtCommit(create);
        return accepted(create, reservation);
    }

    /** From the commit on a failure leaves it open whether the task is stored. */
    private static void leaveOpenAtCommit(PendingCreate create) {
        TransactionSynchronizationManager.registerSynchronization(
                new TransactionSynchronization() {
                    @Override
                    public void beforeCommit(boolean readOnly) {
                        create.committing();
                    }
                });
    }

    private CreateResult accepted(PendingCreate create, Reservation reservation) {
        gate.countAdmitted(create.task().caller());
        return new CreateResult(
                create.task().id(),
                reservation.credits(),
                reservation.remaining(),
                reservation.exceeded(),
                false);
    }

    private static Change ordered(NewTask task, long credits) {
        return new Change(
                "task.create",
                "team:" + task.caller().teamSlug(),
                null,
                Map.of(
                        "task", task.id().value(),
                        "key", task.caller().keyId(),
                        "credits", credits),
                null);
    }
}
