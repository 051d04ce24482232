package dev.seedgate.credit.ledger;

import dev.seedgate.platform.values.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * Credits that are held for a task until it is settled or released.
 *
 * @param credits the price
 * @param remaining what the team has left, null when unlimited
 * @param exceeded the soft limit that would have refused it, null when within all
 */
public record Reservation(long credits, @Nullable Long remaining, @Nullable ErrorCode exceeded) {}
