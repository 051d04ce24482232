package dev.seedgate.credit.ledger;

import java.util.Locale;

/** The kind of a ledger entry. */
public enum EntryKind {
    /** A top-up, from the company to the team. */
    GRANT,
    /** A task's price, from the team to what is held. */
    RESERVE,
    /** A held price that is kept, as the task has succeeded. */
    SETTLE,
    /** A held price that goes back to the team. */
    RELEASE,
    /** Unspent top-ups taken back from a team, or a possible loss of the company's. */
    ADJUST;

    /** Its name in the database. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
