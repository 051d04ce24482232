package dev.seedgate.alert;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** Which alerts are wanted; null is any. The time is half-open. */
public record AlertFilter(
        @Nullable AlertKind kind,
        @Nullable String team,
        @Nullable Instant from,
        @Nullable Instant to) {

    @Nullable String kindName() {
        return kind == null ? null : kind.name();
    }

    @Nullable OffsetDateTime fromTime() {
        return from == null ? null : from.atOffset(ZoneOffset.UTC);
    }

    @Nullable OffsetDateTime toTime() {
        return to == null ? null : to.atOffset(ZoneOffset.UTC);
    }
}
