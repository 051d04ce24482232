package dev.seedgate.task.queue;

import java.util.Locale;

/** What is due to happen to a task. */
public enum WorkKind {
    SUBMIT,
    SENT,
    POLL,
    REFUND;

    /** Its name in the database. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
