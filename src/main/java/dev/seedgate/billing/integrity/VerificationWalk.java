package dev.seedgate.billing.integrity;

import java.util.Locale;

/** A pass of the ledger check through the ledger, in the order of time. */
enum VerificationWalk {
    /** Checks what has just been summed, and has nearly always come as far. */
    NEW,
    /** Goes through everything from the beginning, slowly, again and again. */
    ROUND;

    /** As it is called in the database. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
