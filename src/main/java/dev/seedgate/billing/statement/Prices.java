package dev.seedgate.billing.statement;

import dev.seedgate.platform.audit.AuditLog;
import dev.seedgate.platform.audit.Change;
import dev.seedgate.platform.database.SqlInstants;
import dev.seedgate.platform.values.Actor;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.Currency;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * The prices of a credit that the company charges its teams. All prices are of one currency, so
 * that a statement adds up; closed months keep theirs.
 */
@Service
public class Prices {

    private final JdbcClient jdbc;
    private final AuditLog audit;

    Prices(JdbcClient jdbc, AuditLog audit) {
        this.jdbc = jdbc;
        this.audit = audit;
    }

    /** All of them, the newest version first. */
    @Transactional(readOnly = true)
    public List<Price> list() {
        return jdbc.sql("select * from credit_price order by version desc")
                .query((row, _) ->
                        new Price(
                                row.getInt("version"),
                                row.getObject("effective_from", LocalDate.class),
                                row.getString("currency"),
                                text(row.getBigDecimal("per_credit")),
                                SqlInstants.get(row, "created_at")))
                .list();
    }

    /**
     * Sets the price from a day on. A day of a closed month is {@code MONTH_CLOSED}, a second
     * currency {@code INVALID_REQUEST}.
     */
    @Transactional
    public Price set(LocalDate effectiveFrom, String currency, BigDecimal perCredit, Actor actor) {
        // Prices are rare; one at a time, so that two can't bring two currencies.
        jdbc.sql("select pg_advisory_xact_lock(hashtext('credit_price'))")
                .query((_, _) -> true)
                .single();
        check(currency, currency());
        if (effectiveFrom.getYear() < 1 || effectiveFrom.getYear() > 9999) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST, "effective_from must lie in the years 1 to 9999.");
        }
        boolean closed =
                jdbc.sql(
                                "select exists (select 1 from statement where reopened_at is null and month >= date_trunc('month', cast(:day as date)))")
                        .param("day", effectiveFrom)
                        .query(Boolean.class)
                        .single();
        if (closed) {
            throw new ApiException(
                    ErrorCode.MONTH_CLOSED,
                    "effective_from lies in or before a closed month; take a later day or reopen the months from there on.");
        }
        jdbc.sql(
                        "insert into credit_price (effective_from, currency, per_credit, actor) values (:day, :currency, :price, :actor)")
                .param("day", effectiveFrom)
                .param("currency", currency)
                .param("price", perCredit)
                .param("actor", actor.name())
                .update();
        Price set = list().getFirst();
        audit.record(new Change("price.set", "price:" + set.version(), null, set, null), actor);
        return set;
    }

    /** The newest version, 0 before the first. */
    int version() {
        return jdbc.sql("select coalesce(max(version), 0) from credit_price")
                .query(Integer.class)
                .single();
    }

    /** Locks the prices until the commit; false when this version is no longer the newest. */
    boolean lockIfStill(int version) {
        jdbc.sql("select pg_advisory_xact_lock(hashtext('credit_price'))")
                .query((_, _) -> true)
                .single();
        return version() == version;
    }

    /** The currency of all prices, null before the first. */
    @Nullable Currency currency() {
        return jdbc.sql("select currency from credit_price limit 1")
                .query(String.class)
                .optional()
                .map(Currency::getInstance)
                .orElse(null);
    }

    private static void check(String currency, @Nullable Currency present) {
        boolean known =
                Currency.getAvailableCurrencies().stream()
                        .anyMatch(it ->
                                it.getCurrencyCode().equals(currency)
                                        && it.getDefaultFractionDigits() >= 0);
        if (!known) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST, "currency must be a code of ISO 4217 like EUR.");
        }
        if (present != null && !present.getCurrencyCode().equals(currency)) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST,
                    "currency must be %s, as all prices are.".formatted(present));
        }
    }

    private static String text(BigDecimal price) {
        return price.stripTrailingZeros().toPlainString();
    }
}
