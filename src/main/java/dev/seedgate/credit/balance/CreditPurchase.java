package dev.seedgate.credit.balance;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Credits that the company bought at the vendor, or (negative) a correction.
 *
 * @param cost what was paid, a decimal in a text; null when it was not given, and then so is the
 *     currency
 */
public record CreditPurchase(
        long id,
        String upstream,
        long credits,
        @Nullable String cost,
        @Nullable String currency,
        String reason,
        String actor,
        @JsonProperty("created_at") Instant createdAt) {}
