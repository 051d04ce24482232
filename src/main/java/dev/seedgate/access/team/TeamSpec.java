package dev.seedgate.access.team;

import org.jspecify.annotations.Nullable;

/**
 * A team to be made. Null limits mean unlimited.
 *
 * @param slug never changes; lower-case letters, digits, {@code -} and {@code _}
 * @param monthlyQuota credits per billing month
 * @param maxInFlight tasks queued, submitting or rendering at once
 * @param generatePerMinute creates per minute; a whole minute's allowance may come at once
 * @param weight share of the vendor's budget against other teams, 1 to 100
 * @param softLimits whether quota, in flight and rate only report instead of refusing
 * @param promptRetentionDays how long what was ordered is kept after a task's end; null = for ever
 */
record TeamSpec(
        String slug,
        String name,
        @Nullable String costCenter,
        @Nullable Long monthlyQuota,
        @Nullable Integer maxInFlight,
        @Nullable Integer generatePerMinute,
        int weight,
        boolean softLimits,
        @Nullable Integer promptRetentionDays) {}
