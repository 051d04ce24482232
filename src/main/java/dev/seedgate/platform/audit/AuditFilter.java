package dev.seedgate.platform.audit;

import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/** Which entries of the audit log are wanted; null is any. The time is half-open. */
record AuditFilter(
        @Nullable String actor,
        @Nullable String action,
        @Nullable String object,
        @Nullable OffsetDateTime from,
        @Nullable OffsetDateTime to) {}
