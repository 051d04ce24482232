package dev.seedgate.platform.audit;

import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/** Filter on entries of the audit log; null is any. From is included, to is not. */
public record AuditFilter(
        @Nullable String actor,
        @Nullable String action,
        @Nullable String object,
        @Nullable OffsetDateTime from,
        @Nullable OffsetDateTime to) {}
