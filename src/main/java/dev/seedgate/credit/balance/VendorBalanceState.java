package dev.seedgate.credit.balance;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * The estimate of the company's credits at the vendor. All figures are whole credits.
 *
 * @param today in the billing zone
 * @param purchased all that was recorded, null before the first purchase
 * @param taken what the vendor took since the beginning, possible losses included
 * @param latestPurchase the id of the last one that was no correction downwards, 0 before
 * @param reserve below it creates are refused, null when none are
 * @param day what goes to the vendor today
 * @param month what goes there in this month
 */
public record VendorBalanceState(
        LocalDate today,
        @Nullable Long purchased,
        long taken,
        BurnRate lastWeek,
        BurnRate lastFourWeeks,
        long latestPurchase,
        @Nullable Long reserve,
        Spending day,
        Spending month) {

    /** Credits that should be left; null while no purchase is recorded. */
    public @Nullable Long balance() {
        return purchased == null ? null : purchased - taken;
    }

    /** Whether there is too little left for new tasks. */
    public boolean belowReserve() {
        Long balance = balance();
        return balance != null && reserve != null && balance < reserve;
    }

    /** The first of the company's caps that is reached, null when none is. */
    public @Nullable Spending reachedCap() {
        return day.reached() ? day : month.reached() ? month : null;
    }

    /**
     * The credits that the vendor took in a day or month, and those of tasks that wait to be sent.
     *
     * @param cap more is not let through, null for no bound
     * @param until when the time is over
     */
    public record Spending(long credits, @Nullable Long cap, Instant until) {

        /** Whether nothing more is let through. */
        public boolean reached() {
            return cap != null && credits >= cap;
        }
    }

    /** The day on which the balance runs out at this pace; null when it is not known or never. */
    public @Nullable LocalDate depletedOn(BurnRate burn) {
        Long balance = balance();
        return balance == null ? null : burn.depletedOn(balance, today);
    }

    /** The pace at which credits go: those taken less those given back, and in how much time. */
    public record BurnRate(long net, Duration in) {

        private static final BigDecimal DAY = BigDecimal.valueOf(Duration.ofDays(1).toSeconds());
        // In days: a century is never.
        private static final BigDecimal LONGEST_FORECAST = BigDecimal.valueOf(36_500);

        /** Credits a day, rounded. */
        public long perDay() {
            return BigDecimal.valueOf(net)
                    .multiply(DAY)
                    .divide(BigDecimal.valueOf(in.toSeconds()), 0, RoundingMode.HALF_UP)
                    .longValueExact();
        }

        private @Nullable LocalDate depletedOn(long balance, LocalDate today) {
            if (balance <= 0) {
                return today;
            }
            if (net <= 0) {
                return null;
            }
            BigDecimal days =
                    BigDecimal.valueOf(balance)
                            .multiply(BigDecimal.valueOf(in.toSeconds()))
                            .divide(BigDecimal.valueOf(net).multiply(DAY), 0, RoundingMode.DOWN);
            return days.compareTo(LONGEST_FORECAST) > 0 ? null : today.plusDays(days.longValue());
        }
    }
}
