package dev.seedgate.operations.alert;

import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/** Which alerts are wanted; null is any. The time is half-open. */
record AlertFilter(
        @Nullable AlertKind kind,
        @Nullable String team,
        @Nullable OffsetDateTime from,
        @Nullable OffsetDateTime to) {}
