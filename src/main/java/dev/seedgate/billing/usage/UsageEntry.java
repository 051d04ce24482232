package dev.seedgate.billing.usage;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A ledger entry of a task, with the names that were frozen in it.
 *
 * @param kind {@code reserve}, {@code settle} or {@code release}
 * @param credits whole, never negative
 */
public record UsageEntry(
        long id,
        Instant at,
        String kind,
        String taskId,
        String team,
        @Nullable String project,
        @Nullable String costCenter,
        @Nullable String preset,
        @Nullable String keyName,
        long credits) {}
