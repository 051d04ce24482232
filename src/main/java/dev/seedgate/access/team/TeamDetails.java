package dev.seedgate.access.team;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A team as admins see it. Null limits mean unlimited; credits, tasks and creates per minute. */
public record TeamDetails(
        long id,
        String slug,
        String name,
        @Nullable String costCenter,
        @Nullable Long monthlyQuota,
        @Nullable Integer maxInFlight,
        @Nullable Integer generatePerMinute,
        int weight,
        boolean softLimits,
        @Nullable Integer promptRetentionDays,
        boolean suspended,
        @Nullable Instant archivedAt,
        Instant createdAt,
        long version) {}
