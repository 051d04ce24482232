package dev.seedgate.task.lifecycle;

import java.util.List;

/** A listener to the ends of tasks, called once for each in the transaction that ends it. */
public interface TaskEndListener {

    /** These have ended together, each for good. */
    void ended(List<TaskEnd> tasks);
}
