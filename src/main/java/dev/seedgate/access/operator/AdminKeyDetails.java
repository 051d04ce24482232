package dev.seedgate.access.operator;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An admin key as admins see it; its text can't be had again.
 *
 * @param hint its first and last characters, to tell keys apart
 */
record AdminKeyDetails(
        long id,
        String name,
        String hint,
        Role role,
        @Nullable Instant expiresAt,
        @Nullable Instant revokedAt,
        Instant createdAt,
        @Nullable Instant lastUsedAt,
        long version) {}
