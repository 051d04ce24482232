package dev.seedgate.task.order;

import dev.seedgate.credit.ledger.AdmissionVerdict;
import dev.seedgate.credit.ledger.Reservation;
import dev.seedgate.platform.audit.AuditLog;
import dev.seedgate.platform.audit.Change;
import dev.seedgate.platform.values.Actor;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.task.lifecycle.NewTask;
import dev.seedgate.task.lifecycle.TaskQueued;
import dev.seedgate.task.lifecycle.TaskTransitions;
import dev.seedgate.vendor.client.Vendor;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
     * Accepts the orders of one team in one transaction, each as if it came alone after the one
     * before, or fails as the first of them that is refused, and nothing is stored.
     */
    @Transactional
    List<CreateResult> admitAll(List<PendingCreate> creates) {
        Map<PendingCreate, CreateResult> earlier = new HashMap<>();
        // All keys before the account, and in one order everywhere: so no two transactions wait
        // for each other.
        creates.stream()
                .sorted(
                        Comparator.comparing(
                                create -> create.order().idempotencyKey(),
                                Comparator.nullsFirst(Comparator.naturalOrder())))
                .forEach(create ->
                        find(create)
                                .or(() -> claim(create))
                                .ifPresent(result -> earlier.put(create, result)));
        return creates.stream()
                .map(create -> {
                    CreateResult known = earlier.get(create);
                    return known == null ? accept(create) : known;
                })
                .toList();
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
        NewTask task = create.task();
        String callbackUrl = task.order().callbackUrl();
        // Before the account is locked, which the team's other creates wait for.
        if (callbackUrl != null) {
            callbacks.register(task.caller(), task.id(), callbackUrl);
        }
        Reservation reservation;
        try {
            reservation = tasks.create(task, vendor.name());
        } catch (ApiException refusal) {
            refusedLately.add(create.teamId());
            throw refusal;
        }
        refusedLately.remove(create.teamId());
        Actor admin = create.admin();
        if (admin != null) {
            audit.record(ordered(task, reservation.credits()), admin);
        }
        gate.countAdmitted(task.caller());
        events.publishEvent(new TaskQueued());
        TransactionSynchronizationManager.registerSynchronization(
                new TransactionSynchronization() {
                    @Override
                    public void beforeCommit(boolean readOnly) {
                        create.committing();
                    }
                });
        return new CreateResult(
                task.id(),
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
