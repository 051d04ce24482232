package dev.seedgate.task.order;

import dev.seedgate.platform.values.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * A quote: the price of an order, in credits, and whether it would be taken.
 *
 * @param accepted whether it would be taken at this moment
 * @param error why not, or which soft limit it would go beyond, with a message for the client
 * @param remaining what the team can still charge, null for unlimited
 */
public record Quote(
        long credits,
        boolean accepted,
        @Nullable ErrorCode error,
        @Nullable String message,
        @Nullable Long remaining) {}
