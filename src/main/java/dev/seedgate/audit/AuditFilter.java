package dev.seedgate.audit;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** Which entries of the audit log are wanted; null is any. The time is half-open. */
public record AuditFilter(
        @Nullable String actor,
        @Nullable String action,
        @Nullable String object,
        @Nullable Instant from,
        @Nullable Instant to) {

    @Nullable OffsetDateTime fromTime() {
        return from == null ? null : from.atOffset(ZoneOffset.UTC);
    }

    @Nullable OffsetDateTime toTime() {
        return to == null ? null : to.atOffset(ZoneOffset.UTC);
    }
}
