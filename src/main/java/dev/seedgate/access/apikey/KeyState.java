package dev.seedgate.access.apikey;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What every stored key has, as admins see it; its text can't be had again.
 *
 * @param hint its first and last characters, to tell keys apart
 * @param version for {@code If-Match}
 */
public record KeyState(
        long id,
        String name,
        String hint,
        @Nullable Instant expiresAt,
        @Nullable Instant revokedAt,
        Instant createdAt,
        @Nullable Instant lastUsedAt,
        long version) {}
