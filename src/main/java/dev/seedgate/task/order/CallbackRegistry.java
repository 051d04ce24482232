package dev.seedgate.task.order;

import dev.seedgate.task.lifecycle.NewTask;
import java.util.Collection;
import java.util.Set;

/** A registry of the URLs that are to be told of one task's end. */
public interface CallbackRegistry {

    /**
     * Keeps the order's URL for this task, in the running transaction. One that is none is {@code
     * INVALID_REQUEST}, one whose host the team may not name {@code CALLBACK_NOT_ALLOWED}.
     */
    void register(NewTask task);

    /** Keeps the orders' URLs where they are allowed, and answers for which tasks, by their ids. */
    Set<String> registerAll(Collection<NewTask> tasks);

    /** Forgets the URLs of tasks that are not made after all, in the running transaction. */
    void forget(Collection<NewTask> tasks);
}
