package dev.seedgate.access.team;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A team as admins see it and the audit log keeps it. */
public record TeamDetails(
        long id,
        String slug,
        @JsonUnwrapped TeamSpec settings,
        boolean suspended,
        @Nullable Instant archivedAt,
        Instant createdAt,
        long version) {

    public @Nullable String costCenter() {
        return settings.costCenter();
    }
}
