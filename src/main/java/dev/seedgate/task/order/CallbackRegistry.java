package dev.seedgate.task.order;

import dev.seedgate.access.team.AuthenticatedTeam;
import dev.seedgate.platform.values.TaskId;

/** A registry of the URLs that are to be told of one task's end. */
public interface CallbackRegistry {

    /**
     * Keeps the URL for this task, in the running transaction. One that is none is {@code
     * INVALID_REQUEST}, one whose host the team may not name {@code CALLBACK_NOT_ALLOWED}.
     */
    void register(AuthenticatedTeam caller, TaskId task, String url);

    /** Forgets the URL of a task that is not made after all, in the running transaction. */
    void forget(TaskId task);
}
