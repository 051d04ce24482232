package dev.seedgate.credit.ledger;

import org.jspecify.annotations.Nullable;

/**
 * The monthly budget of a team's key or project, in credits. One of key and project is not null.
 *
 * @param keyId the key that holds it now, the latest of its rotations
 * @param used charges of this month, held ones too, less refunds
 */
public record BudgetDetails(
        String team,
        @Nullable Long keyId,
        @Nullable String keyName,
        @Nullable String project,
        long monthlyCredits,
        long used) {

    /** What can still be charged. */
    public long remaining() {
        return Math.max(0, monthlyCredits - used);
    }
}
