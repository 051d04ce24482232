package dev.seedgate.billing.integrity;

import dev.seedgate.platform.database.BillingCalendar.Range;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A range in three parts: days that are summed, and the entries before and after what the sums
 * hold. Each may be empty, together they are the range. The parts are named in SQL as {@code
 * :firstDay} to {@code :lastDay}, {@code :from} to {@code :head} and {@code :tail} to {@code :to},
 * all half-open.
 *
 * @param head where the days begin
 * @param tail where what is summed of them ends
 */
public record RangeSlices(
        Range range, LocalDate firstDay, LocalDate lastDay, Instant head, Instant tail) {

    /**
     * {@code until} is where the sums end, within a day perhaps, null when there are none. A day
     * that is summed in part counts as summed where the range goes on to where its sums end.
     */
    static RangeSlices of(Range range, @Nullable Instant until) {
        ZoneId zone = range.zone();
        LocalDate first = day(range.from(), zone);
        if (start(first, zone).isBefore(range.from())) {
            first = first.plusDays(1);
        }
        if (until == null) {
            return none(range, first);
        }
        boolean beyond = !range.to().isBefore(until);
        Instant end = beyond ? until : range.to();
        LocalDate last = day(end, zone);
        Instant tail = start(last, zone);
        if (beyond && tail.isBefore(end)) {
            last = last.plusDays(1);
            tail = end;
        }
        if (!first.isBefore(last)) {
            return none(range, first);
        }
        return new RangeSlices(range, first, last, start(first, zone), tail);
    }

    private static RangeSlices none(Range range, LocalDate first) {
        return new RangeSlices(range, first, first, range.from(), range.from());
    }

    /** The same range without days: all of it is read entry by entry. */
    public RangeSlices undivided() {
        return none(range, firstDay);
    }

    public Map<String, Object> parameters() {
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
