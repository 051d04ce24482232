package dev.seedgate.access.team;

import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Request for a new key.
 *
 * @param expiresAt when it stops working by itself, null for never
 * @param project default project of requests that name none
 */
public record NewKey(
        String name, Set<Scope> scopes, @Nullable Instant expiresAt, @Nullable String project) {}
