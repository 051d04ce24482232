package dev.seedgate.credit.balance;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How the company's credits at the vendor are watched.
 *
 * @param vendorBalanceReserve creates are refused while the estimated balance is below it; null =
 *     never. What waits in the queue is still to be taken: leave room for it
 * @param vendorBalanceInterval how old the balance that creates are refused by may be, and how
 *     often what the vendor took is added up
 * @param vendorBalanceRollupBatch added up in one statement; the vendor takes far fewer in an
 *     interval
 * @param vendorBalanceDailyCap creates are refused for the rest of a day of the billing zone once
 *     the vendor took so many credits of all teams together, with what waits to be sent; null =
 *     never
 * @param vendorBalanceMonthlyCap the same for a month
 */
@Validated
@ConfigurationProperties("seedgate")
public record VendorBalanceSettings(
        @Min(0) @Max(1_000_000_000_000_000L) @Nullable Long vendorBalanceReserve,
        @DefaultValue("10s") @DurationMin(millis = 1) @DurationMax(hours = 1)
                Duration vendorBalanceInterval,
        @DefaultValue("5000") @Min(1) @Max(1_000_000) int vendorBalanceRollupBatch,
        @Min(0) @Max(1_000_000_000_000_000L) @Nullable Long vendorBalanceDailyCap,
        @Min(0) @Max(1_000_000_000_000_000L) @Nullable Long vendorBalanceMonthlyCap) {}
