package dev.seedgate.credit.balance;

import dev.seedgate.platform.values.CreditAmounts;
import dev.seedgate.platform.web.api.SingleLine;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** A purchase to record. {@code cost} is a decimal in a text, so that no reader rounds it. */
public record PurchaseRequest(
        @NotNull @Min(-CreditAmounts.MAX) @Max(CreditAmounts.MAX) Long credits,
        @NotBlank @SingleLine @Size(max = 500) String reason,
        @Pattern(
                        regexp = "-?[0-9]{1,12}(\\.[0-9]{1,4})?",
                        message = "must be a decimal in a text like \"99.90\"")
                @Nullable String cost,
        @Pattern(regexp = "[A-Z]{3}", message = "must be a code like EUR")
                @Nullable String currency) {

    /** What is recorded; a repeated key counts once. */
    public NewPurchase purchase(String idempotencyKey) {
        return new NewPurchase(
                credits,
                cost == null ? null : new BigDecimal(cost),
                currency,
                reason,
                idempotencyKey);
    }
}
