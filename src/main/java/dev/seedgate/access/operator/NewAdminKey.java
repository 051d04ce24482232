package dev.seedgate.access.operator;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An admin key to be made.
 *
 * @param expiresAt when it stops working by itself, null for never
 */
record NewAdminKey(String name, Role role, @Nullable Instant expiresAt) {}
