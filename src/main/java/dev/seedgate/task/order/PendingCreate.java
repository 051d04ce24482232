package dev.seedgate.task.order;

import dev.seedgate.platform.values.Actor;
import dev.seedgate.task.lifecycle.NewTask;
import dev.seedgate.task.lifecycle.Order;
import org.jspecify.annotations.Nullable;

/** A create on its way to be admitted; knows whether its outcome is open. */
final class PendingCreate {

    private final NewTask task;
    private final @Nullable Actor admin;
    private volatile boolean committing;

    PendingCreate(NewTask task) {
        this(task, null);
    }

    /** One that an admin orders in the team's name, or with null the team itself. */
    PendingCreate(NewTask task, @Nullable Actor admin) {
        this.task = task;
        this.admin = admin;
    }

    NewTask task() {
        return task;
    }

    /** The admin who orders it in the team's name; null for the team itself. */
    @Nullable Actor admin() {
        return admin;
    }

    Order order() {
        return task.order();
    }

    /** The task's id. */
    String id() {
        return task.id().value();
    }

    /** The order's idempotency key. */
    @Nullable String key() {
        return order().idempotencyKey();
    }

    boolean hasCallback() {
        return order().callbackUrl() != null;
    }

    long teamId() {
        return task.caller().teamId();
    }

    /** Its commit is under way. */
    void committing() {
        committing = true;
    }

    /** The database has said that it was not stored. */
    void rolledBack() {
        committing = false;
    }

    /** Whether a failure leaves it open if the task was stored. */
    boolean mayBeCommitted() {
        return committing;
    }
}
