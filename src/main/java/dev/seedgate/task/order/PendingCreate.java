package dev.seedgate.task.order;

import dev.seedgate.task.lifecycle.NewTask;
import dev.seedgate.task.lifecycle.Order;

/** A create on its way to be admitted; knows whether its outcome is open. */
final class PendingCreate {

    private final NewTask task;
    private volatile boolean committing;

    PendingCreate(NewTask task) {
        this.task = task;
    }

    NewTask task() {
        return task;
    }

    Order order() {
        return task.order();
    }

    long teamId() {
        return task.caller().teamId();
    }

    /** Only the commit is left. */
    void committing() {
        committing = true;
    }

    /** Whether a failure leaves it open if the task was stored. */
    boolean mayBeCommitted() {
        return committing;
    }
}
