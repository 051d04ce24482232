package dev.seedgate.billing.statement;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Currency;

/**
 * The rounding of money, which is done here alone: once for each team and month, half up, to the
 * currency's digits.
 */
final class MoneyRounding {

    private MoneyRounding() {}

    static BigDecimal rounded(BigDecimal exact, Currency currency) {
        return exact.setScale(currency.getDefaultFractionDigits(), RoundingMode.HALF_UP);
    }
}
