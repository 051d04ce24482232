package dev.seedgate.billing.integrity;

import java.util.Locale;

/** A way of the auditor through the ledger, in the order of time. */
enum VerificationWalk {
    /** Follows what has been summed, and is as far as it nearly always. */
    NEW,
    /** Goes round everything from the beginning, slowly. */
    ROUND;

    /** As it is called in the database. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
