package dev.seedgate.credit.balance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.credit.balance.VendorBalanceState.BurnRate;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When the company's credits run out. */
class ForecastTests {

    private static final LocalDate TODAY = LocalDate.parse("2026-11-24");
    private static final VendorBalanceState.Spending NOTHING =
            new VendorBalanceState.Spending(0, null, Instant.parse("2026-11-25T00:00:00Z"));

    @ParameterizedTest
    @CsvSource(
            nullValues = "never",
            textBlock =
                    """
                    1000, 700, 7, 100, 2026-12-04
                    1099, 700, 7, 100, 2026-12-04
                    1100, 700, 7, 100, 2026-12-05
                    99, 700, 7, 100, 2026-11-24
                    0, 700, 7, 100, 2026-11-24
                    -5, 0, 7, 0, 2026-11-24
                    1000, 0, 7, 0, never
                    1303, 1, 28, 0, 2126-10-15
                    1000, -65, 7, -9, never
                    1304, 1, 28, 0, never
                    9000000000000000000, 9000000000000000000, 1, 9000000000000000000, 2026-11-25
                    """)
    void dividesWhatIsLeftByThePace(
            long balance, long net, int days, long perDay, @Nullable LocalDate depletedOn) {
        BurnRate burn = new BurnRate(net, Duration.ofDays(days));
        VendorBalanceState state =
                new VendorBalanceState(TODAY, balance, 0, burn, burn, 1, null, NOTHING, NOTHING);
        assertThat(burn.perDay()).isEqualTo(perDay);
        assertThat(state.depletedOn(burn)).isEqualTo(depletedOn);
    }

    @Test
    void knowsNothingBeforeTheFirstPurchase() {
        BurnRate burn = new BurnRate(65, Duration.ofDays(1));
        VendorBalanceState state =
                new VendorBalanceState(TODAY, null, 65, burn, burn, 0, 100L, NOTHING, NOTHING);
        assertThat(state.balance()).isNull();
        assertThat(state.depletedOn(burn)).isNull();
        assertThat(state.belowReserve()).isFalse();
    }
}
