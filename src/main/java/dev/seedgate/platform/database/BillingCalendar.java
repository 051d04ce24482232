package dev.seedgate.platform.database;

import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Days and months of the billing zone, and the database's now. */
@Component
public class BillingCalendar {

    private final JdbcClient jdbc;
    private final BillingZone billingZone;

    BillingCalendar(JdbcClient jdbc, BillingZone billingZone) {
        this.jdbc = jdbc;
        this.billingZone = billingZone;
    }

    /** The range that a caller means; what is left out comes from the current month. */
    public Range range(@Nullable String from, @Nullable String to) {
        Moment now = now();
        Range month = month(now.month(), now.zone());
        Range range =
                new Range(
                        now.zone(),
                        from == null ? month.from() : billingZone.moment("from", from).toInstant(),
                        to == null ? month.to() : billingZone.moment("to", to).toInstant());
        if (range.from().isAfter(range.to())) {
            throw invalid("from must not be after to; it is %s, to is %s.", range);
        }
        return range;
    }

    /** A month as a caller writes it. */
    public static YearMonth month(String text) {
        if (text.matches("[0-9]{4}-(0[1-9]|1[0-2])") && !text.startsWith("0000")) {
            return YearMonth.parse(text);
        }
        throw new ApiException(ErrorCode.INVALID_REQUEST, "month must be like 2026-11.");
    }

    /** A whole month. */
    public static Range month(YearMonth month, ZoneId zone) {
        return new Range(
                zone,
                month.atDay(1).atStartOfDay(zone).toInstant(),
                month.plusMonths(1).atDay(1).atStartOfDay(zone).toInstant());
    }

    public Moment now() {
        return jdbc.sql("select gateway_now() as now, billing_zone from installation")
                .query((row, _) ->
                        new Moment(
                                SqlInstants.get(row, "now"),
                                ZoneId.of(row.getString("billing_zone"))))
                .single();
    }

    private static ApiException invalid(String message, Range range) {
        return new ApiException(
                ErrorCode.INVALID_REQUEST, message.formatted(range.from(), range.to()));
    }

    /** The database's time, and the billing zone. */
    public record Moment(Instant now, ZoneId zone) {

        public YearMonth month() {
            return YearMonth.from(now.atZone(zone));
        }
    }

    /** Half-open. */
    public record Range(ZoneId zone, Instant from, Instant to) {

        public OffsetDateTime start() {
            return from.atOffset(ZoneOffset.UTC);
        }

        public OffsetDateTime end() {
            return to.atOffset(ZoneOffset.UTC);
        }
    }
}
