package dev.seedgate.operations.alert;

import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/** A filter for alerts; null is any. The time is half-open. */
public record AlertFilter(
        @Nullable AlertKind kind,
        @Nullable String team,
        @Nullable OffsetDateTime from,
        @Nullable OffsetDateTime to) {}
