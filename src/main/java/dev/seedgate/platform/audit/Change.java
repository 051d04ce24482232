package dev.seedgate.platform.audit;

import org.jspecify.annotations.Nullable;

/**
 * Change of one thing, for the audit log. Before and after are what admins see of it; nothing
 * secret may be in them, for they are kept for ever.
 *
 * @param action for example {@code team.suspend}
 * @param object for example {@code team:studio}
 */
public record Change(
        String action,
        String object,
        @Nullable Object before,
        @Nullable Object after,
        @Nullable String reason) {}
