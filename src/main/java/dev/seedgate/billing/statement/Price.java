package dev.seedgate.billing.statement;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.time.LocalDate;

/**
 * The price of a credit from a day of the billing zone on.
 *
 * @param version goes up with every price; of two for one day the higher counts
 * @param perCredit a decimal of the currency's unit, in a text so that no reader rounds it
 */
public record Price(
        int version,
        @JsonProperty("effective_from") LocalDate effectiveFrom,
        String currency,
        @JsonProperty("per_credit") String perCredit,
        @JsonProperty("created_at") Instant createdAt) {}
