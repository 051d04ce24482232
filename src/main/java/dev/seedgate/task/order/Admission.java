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
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
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
    // As many as there are teams, at most.
    private final Set<Long> refusedLately = ConcurrentHashMap.newKeySet();

    Admission(
            TaskTransitions tasks,
            IdempotencyStore idempotencyKeys,
            AdmissionGate gate,
            CallbackRegistry callbacks,
            Vendor vendor,
            AuditLog audit,
            ApplicationEventPublisher events) {
        this.tasks = tasks;
        this.idempotencyKeys = idempotencyKeys;
        this.gate = gate;
        this.callbacks = callbacks;
        this.vendor = vendor;
        this.audit = audit;
        this.events = events;
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
     * Accepts orders of any teams in one statement, each as if it came alone after the one before.
     * It refuses none and answers none as it did before: what it does not accept is to be admitted
     * alone, which says why. Waits for no lock but, if it is to wait, those of the accounts.
     * Outside of a transaction the statement is its own: it takes no second round trip for the
     * commit, and locks the accounts no longer than it runs.
     *
     * @param waiting whether for an account that another transaction holds; if not, the orders of
     *     its team are {@link GroupAdmission#undecided()}
     */
    GroupAdmission admitAll(List<PendingCreate> creates, boolean waiting) {
        // The second of a key finds what the first has made.
        Set<List<Object>> keys = new HashSet<>();
        List<PendingCreate> open =
                creates.stream()
                        .filter(it -> it.key() == null || keys.add(List.of(it.teamId(), it.key())))
                        .filter(this::gateIsOpen)
                        .toList();
        if (open.isEmpty()) {
            return GroupAdmission.NONE;
        }
        open.forEach(PendingCreate::committing);
        BatchReservation batch;
        try {
            batch =
                    tasks.createAll(
                            open.stream().map(PendingCreate::task).toList(),
                            vendor.name(),
                            waiting);
        } catch (DataAccessException e) {
            if (DatabaseFault.isRolledBack(e)) {
                open.forEach(PendingCreate::rolledBack);
            }
            if (e instanceof DuplicateKeyException) {
                // Another call has taken an idempotency key since the statement began.
                return GroupAdmission.NONE;
            }
            throw e;
        }
        GroupAdmission outcome = outcome(open, batch);
        open.stream()
                .filter(it -> !outcome.admitted().containsKey(it))
                .forEach(PendingCreate::rolledBack);
        return outcome;
    }

    private GroupAdmission outcome(List<PendingCreate> creates, BatchReservation batch) {
        Map<PendingCreate, CreateResult> admitted = new HashMap<>();
        Set<PendingCreate> undecided = new HashSet<>();
        for (PendingCreate create : creates) {
            Reservation reservation = batch.reserved().get(create.id());
            if (reservation != null) {
                admitted.put(create, accepted(create, reservation));
            } else if (batch.undecided().contains(create.id())) {
                undecided.add(create);
            }
        }
        if (!admitted.isEmpty()) {
            events.publishEvent(new TaskQueued());
        }
        return new GroupAdmission(admitted, undecided);
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
        String key = create.key();
        return key == null
                ? Optional.empty()
                : idempotencyKeys.find(key, create.teamId(), create.order());
    }

    /** Takes the order's key, if it has one, or finds what took it meanwhile. */
    private Optional<CreateResult> claim(PendingCreate create) {
        checkGate(create);
        String key = create.key();
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
