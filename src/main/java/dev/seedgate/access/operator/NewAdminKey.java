package dev.seedgate.access.operator;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Request for a new admin key.
 *
 * @param expiresAt when it stops working by itself, null for never
 */
public record NewAdminKey(String name, Role role, @Nullable Instant expiresAt) {}
