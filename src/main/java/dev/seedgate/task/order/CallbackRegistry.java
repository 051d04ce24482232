package dev.seedgate.task.order;

import dev.seedgate.task.lifecycle.NewTask;

/** A registry of the URLs that are to be told of one task's end. */
public interface CallbackRegistry {

    /**
     * Keeps the order's URL for this task, in the running transaction. One that is none is {@code
     * INVALID_REQUEST}, one whose host the team may not name {@code CALLBACK_NOT_ALLOWED}.
     */
    void register(NewTask task);
}
