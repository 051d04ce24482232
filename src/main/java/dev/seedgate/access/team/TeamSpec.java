package dev.seedgate.access.team;

import jakarta.persistence.Embeddable;
import org.jspecify.annotations.Nullable;

/**
 * What an admin sets of a team: its name and its limits. Null limits mean unlimited.
 *
 * @param costCenter frozen into each ledger entry that the team causes
 * @param monthlyQuota credits per billing month
 * @param maxInFlight tasks queued, submitting or rendering at once
 * @param generatePerMinute creates per minute; a whole minute's allowance may come at once
 * @param weight share of the vendor's budget against other teams, 1 to 100
 * @param softLimits whether quota, in flight and rate only report instead of refusing
 * @param promptRetentionDays days that what was ordered is kept after a task's end; null for ever
 * @param clipRetentionDays days that copies of clips are kept; null for as long as the gateway
 *     keeps all others
 */
@Embeddable
public record TeamSpec(
        String name,
        @Nullable String costCenter,
        @Nullable Long monthlyQuota,
        @Nullable Integer maxInFlight,
        @Nullable Integer generatePerMinute,
        int weight,
        boolean softLimits,
        @Nullable Integer promptRetentionDays,
        @Nullable Integer clipRetentionDays) {

    static TeamSpec unlimited(String name) {
        return new TeamSpec(name, null, null, null, null, 1, false, null, null);
    }
}
