package dev.seedgate.billing;

import dev.seedgate.shared.ErrorCode;
import dev.seedgate.shared.GatewayException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Days and months of the billing zone, and the database's now. */
@Component
class Calendar {

    private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant LAST = Instant.parse("9999-12-31T00:00:00Z");

    private final JdbcClient jdbc;

    Calendar(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** The range that a caller means; what is left out comes from the current month. */
    Range range(@Nullable String from, @Nullable String to) {
        Moment now = now();
        Range month = month(now.month(), now.zone());
        Range range =
                new Range(
                        now.zone(),
                        from == null ? month.from() : instant("from", from, now.zone()),
                        to == null ? month.to() : instant("to", to, now.zone()));
        if (range.from().isAfter(range.to())) {
            throw invalid("from must not be after to; it is %s, to is %s.", range);
        }
        return range;
    }

    /** A month as a caller writes it. */
    static YearMonth month(String text) {
        if (text.matches("[0-9]{4}-(0[1-9]|1[0-2])") && !text.startsWith("0000")) {
            return YearMonth.parse(text);
        }
        throw new GatewayException(ErrorCode.INVALID_REQUEST, "month must be like 2026-11.");
    }

    /** A whole month. */
    static Range month(YearMonth month, ZoneId zone) {
        return new Range(
                zone,
                month.atDay(1).atStartOfDay(zone).toInstant(),
                month.plusMonths(1).atDay(1).atStartOfDay(zone).toInstant());
    }

    Moment now() {
        return jdbc.sql("select gateway_now() as now, billing_zone from installation")
                .query((row, _) ->
                        new Moment(
                                row.getObject("now", OffsetDateTime.class).toInstant(),
                                ZoneId.of(row.getString("billing_zone"))))
                .single();
    }

    private static Instant instant(String field, String text, ZoneId zone) {
        try {
            // A plus sign that was not encoded arrives as a space.
            Instant instant =
                    text.length() == 10
                            ? LocalDate.parse(text).atStartOfDay(zone).toInstant()
                            : OffsetDateTime.parse(text.replace(' ', '+')).toInstant();
            if (instant.isBefore(FIRST) || instant.isAfter(LAST)) {
                throw new GatewayException(
                        ErrorCode.INVALID_REQUEST, field + " must lie in the years 1 to 9999.");
            }
            return instant;
        } catch (DateTimeException e) {
            throw new GatewayException(
                    ErrorCode.INVALID_REQUEST,
                    field
                            + " must be a date like 2026-11-01 (in the billing zone) or an instant like 2026-11-01T00:00:00Z.");
        }
    }

    private static GatewayException invalid(String message, Range range) {
        return new GatewayException(
                ErrorCode.INVALID_REQUEST, message.formatted(range.from(), range.to()));
    }

    /** The database's time, and the billing zone. */
    record Moment(Instant now, ZoneId zone) {

        YearMonth month() {
            return YearMonth.from(now.atZone(zone));
        }
    }

    /** Half-open. */
    record Range(ZoneId zone, Instant from, Instant to) {

        OffsetDateTime start() {
            return from.atOffset(ZoneOffset.UTC);
        }

        OffsetDateTime end() {
            return to.atOffset(ZoneOffset.UTC);
        }
    }
}
