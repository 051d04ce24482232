package dev.seedgate.credit.ledger;

import dev.seedgate.platform.values.CreditAmounts;
import dev.seedgate.platform.web.api.SingleLine;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * Request for a top-up: positive credits are given, negative ones taken back down to what is
 * unspent.
 */
public record TopUpRequest(
        @NotNull @Min(-CreditAmounts.MAX) @Max(CreditAmounts.MAX) Long credits,
        @SingleLine @Size(max = 500) @Nullable String reason) {}
