package dev.seedgate.task.lifecycle;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Rows of another table that some new tasks need, written in the statement that makes them, or
 * neither they nor the task.
 */
public interface NewTaskRows {

    /** Whether this task needs one. */
    boolean areNeededBy(NewTask task);

    /**
     * The columns that they add to an order, by name, with their types in SQL; null in the orders
     * of tasks that need no row.
     */
    Map<String, String> columns();

    /** This task's values for the columns. */
    Map<String, @Nullable Object> values(NewTask task);

    /**
     * A condition on an order {@code o}, in SQL, with which it is left out: its row can't be
     * written, or not yet. It is never null, and waits for no lock.
     */
    String leftOut();

    /**
     * A common table expression, {@code name as (…)}, that inserts what it selects {@code from
     * taken}, which has the orders that become tasks.
     */
    String insert();
}
