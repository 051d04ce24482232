package dev.seedgate.access.team;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A key as admins see it; its text can't be had again.
 *
 * @param hint its first and last characters, to tell keys apart
 */
record KeyDetails(
        long id,
        String name,
        String hint,
        List<Scope> scopes,
        @Nullable String project,
        @Nullable Instant expiresAt,
        boolean suspended,
        @Nullable Instant revokedAt,
        Instant createdAt,
        @Nullable Instant lastUsedAt,
        long version) {}
