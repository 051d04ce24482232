package dev.seedgate.task.wait;

import java.util.Locale;

/** Reason for which a wait ended. */
public enum WaitEnd {
    /** The task has. */
    ENDED,
    /** Its time was up. */
    TIME,
    /** This instance stops. */
    STOPPED,
    /** It never began, for too many wait; or its key is no longer good. */
    REFUSED,
    /** Its reader has gone, or the database. */
    GONE;

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
