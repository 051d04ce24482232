package dev.seedgate.billing.statement;

import com.fasterxml.jackson.annotation.JsonProperty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.time.LocalDate;

/** A price to set. {@code per_credit} is a decimal in a text: no reader bends it. */
public record PriceRequest(
        @JsonProperty("effective_from") @NotNull LocalDate effectiveFrom,
        @NotNull @Pattern(regexp = "[A-Z]{3}", message = "must be a code like EUR") String currency,
        @JsonProperty("per_credit")
                @NotNull
                @Pattern(
                        regexp = "[0-9]{1,10}(\\.[0-9]{1,10})?",
                        message = "must be a decimal in a text like \"0.0125\"")
                String perCredit) {}
