package dev.seedgate.billing.integrity;

import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * A stretch of the ledger within one day, half-open, with so few entries that a statement over them
 * ends in time, however many the day has.
 *
 * @param day of the billing zone
 */
record RollupSlice(LocalDate day, Instant from, Instant to, ZoneId zone) {

    // The finest that the database tells apart.
    private static final long FINEST = 1;

    /**
     * What comes next.
     *
     * @param after where the slice before it ended, null = nothing has been sliced
     * @param horizon how far the ledger may be read; a slice ends there at the latest
     * @param entries how many it may have; only those of one microsecond are never parted
     */
    static Optional<RollupSlice> next(
            JdbcClient jdbc, @Nullable Instant after, Instant horizon, int entries, ZoneId zone) {
        Instant from;
        if (after != null && after.isAfter(start(day(after, zone), zone))) {
            from = after;
        } else {
            // Days without entries are passed over.
            from =
                    jdbc.sql(
                                    "select at from ledger_movement where at >= coalesce(cast(:from as timestamptz), '-infinity') order by at limit 1")
                            .param("from", after == null ? null : utc(after))
                            .query(OffsetDateTime.class)
                            .optional()
                            .map(first -> start(day(first.toInstant(), zone), zone))
                            .orElse(horizon);
        }
        if (!from.isBefore(horizon)) {
            return Optional.empty();
        }
        LocalDate day = day(from, zone);
        Instant end = start(day.plusDays(1), zone);
        Instant to = end.isBefore(horizon) ? end : horizon;
        Instant full =
                jdbc.sql(
                                "select at from ledger_movement where at >= :from and at < :to order by at offset :others limit 1")
                        .param("from", utc(from))
                        .param("to", utc(to))
                        .param("others", entries - 1)
                        .query(OffsetDateTime.class)
                        .optional()
                        .map(last -> last.toInstant().plus(FINEST, ChronoUnit.MICROS))
                        .orElse(to);
        return Optional.of(new RollupSlice(day, from, full.isBefore(to) ? full : to, zone));
    }

    /** Whether the day is whole with it. */
    boolean endsDay() {
        return to.equals(start(day.plusDays(1), zone));
    }

    /** Where its day begins. */
    Instant dayStart() {
        return start(day, zone);
    }

    OffsetDateTime start() {
        return utc(from);
    }

    OffsetDateTime end() {
        return utc(to);
    }

    private static LocalDate day(Instant at, ZoneId zone) {
        return LocalDate.ofInstant(at, zone);
    }

    /** As days are cut everywhere: where clocks go back to midnight, SQL begins an hour later. */
    private static Instant start(LocalDate day, ZoneId zone) {
        return day.atStartOfDay(zone).toInstant();
    }

    private static OffsetDateTime utc(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }
}
