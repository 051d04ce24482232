package dev.seedgate.credit.ledger;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A team's account at this moment, in credits.
 *
 * @param quota per billing month, null for unlimited
 * @param used charges on the quota this month, held ones too, less refunds
 * @param topUps unspent
 * @param renewsAt when the next billing month begins
 * @param inFlight tasks queued, submitting or rendering
 */
public record Balance(
        @Nullable Long quota, long used, long topUps, Instant renewsAt, int inFlight) {

    /** What can still be charged, null for unlimited. */
    public @Nullable Long remaining() {
        return quota == null ? null : Math.max(0, quota - used) + topUps;
    }
}
