package dev.seedgate.credit.balance;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** A purchase to be recorded; cost and currency are both given or both null. */
public record NewPurchase(
        long credits,
        @Nullable BigDecimal cost,
        @Nullable String currency,
        String reason,
        String idempotencyKey) {}
