package dev.seedgate.task.lifecycle;

import dev.seedgate.platform.values.TaskId;

/** A listener to the ends of tasks, called once for each in the transaction that ends it. */
public interface TaskEndListener {

    /** The task is SUCCEEDED or FAILED now, for good. */
    void ended(TaskId task, long team, Phase phase);
}
