package dev.seedgate.billing;

import dev.seedgate.billing.Calendar.Range;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A range in three parts: whole days that are summed, and the entries before and after them. Each
 * may be empty, together they are the range. The parts are named in SQL as {@code :firstDay} to
 * {@code :lastDay}, {@code :from} to {@code :head} and {@code :tail} to {@code :to}, all half-open.
 *
 * @param head where the days begin
 * @param tail where they end
 */
record DaySlices(Range range, LocalDate firstDay, LocalDate lastDay, Instant head, Instant tail) {

    /** {@code until} is where the summed days end, null when there are none. */
    static DaySlices of(Range range, @Nullable Instant until) {
        ZoneId zone = range.zone();
        LocalDate first = day(range.from(), zone);
        if (start(first, zone).isBefore(range.from())) {
            first = first.plusDays(1);
        }
        Instant end = until == null || range.to().isBefore(until) ? range.to() : until;
        LocalDate last = day(end, zone);
        if (until == null || !first.isBefore(last)) {
            return new DaySlices(range, first, first, range.from(), range.from());
        }
        return new DaySlices(range, first, last, start(first, zone), start(last, zone));
    }

    Map<String, Object> parameters() {
        return Map.of(
                "from", range.start(),
                "head", head.atOffset(ZoneOffset.UTC),
                "firstDay", firstDay,
                "lastDay", lastDay,
                "tail", tail.atOffset(ZoneOffset.UTC),
                "to", range.end(),
                "zone", range.zone().getId());
    }

    private static LocalDate day(Instant at, ZoneId zone) {
        return LocalDate.ofInstant(at, zone);
    }

    private static Instant start(LocalDate day, ZoneId zone) {
        return day.atStartOfDay(zone).toInstant();
    }
}
