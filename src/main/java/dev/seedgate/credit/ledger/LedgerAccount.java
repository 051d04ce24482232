package dev.seedgate.credit.ledger;

import java.util.Locale;

/** An account of the ledger: each entry debits one and credits another. */
public enum LedgerAccount {
    /** What the company gives its teams. */
    COMPANY,
    /** What a team may spend, quota and top-ups together. */
    TEAM,
    /** Prices of tasks that have not ended. */
    HELD,
    /** Prices of tasks that have succeeded. */
    SPENT,
    /** What the vendor may have taken for tasks that no team pays. */
    POSSIBLE_LOSS;

    /** Its name in the database. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
