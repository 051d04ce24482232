package dev.seedgate.billing.integrity;

import dev.seedgate.platform.database.BillingCalendar;
import dev.seedgate.platform.database.BillingCalendar.Moment;
import dev.seedgate.platform.database.SqlInstants;
import dev.seedgate.platform.reporting.ReportingDatabase;
import dev.seedgate.platform.telemetry.Loops;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Sums the ledger by day, an hour after another as they end, and in slices where an hour has too
 * many entries for one statement: what is over never changes again, as entries are append-only.
 * What is summed is worked out from the entries alone and can be made again at any time; reports
 * read the entries of what is not summed yet.
 */
@Component
public class DailyRollup {

    // Longer than any statement may take: what was begun before the hour's end has shown itself.
    private static final Duration GRACE = Duration.ofMinutes(10);

    // Above this the auditor would sum too many entries itself.
    private static final Duration CURRENT = Duration.ofHours(6);

    private static final String RENDERS =
            """
            insert into render_day as d (day, upstream, seconds, tasks)
            select cast(:day as date), upstream, round(extract(epoch from finished_at - accepted_at), 1), count(*)
            from team m cross join lateral (
                select upstream, finished_at, accepted_at from task
                where team_id = m.id and phase = 'SUCCEEDED' and finished_at >= :from and finished_at < :to
                    and accepted_at is not null) t
            group by 2, 3
            on conflict (day, upstream, seconds) do update set tasks = d.tasks + excluded.tasks
            """;

    /**
     * Whether a transaction is open that may still write an entry of before a moment. By its age,
     * and not by its start: tests move the database's time.
     */
    private static final String OPEN =
            """
            select exists (select from pg_stat_activity
                where datname = current_database() and backend_xid is not null
                    and statement_timestamp() - xact_start > gateway_now() - cast(:end as timestamptz))
            """;

    private final JdbcClient jdbc;
    private final ReportingDatabase books;
    private final BillingCalendar calendar;
    private final LedgerVerifierSettings settings;

    DailyRollup(
            JdbcClient jdbc,
            ReportingDatabase books,
            BillingCalendar calendar,
            LedgerVerifierSettings settings,
            Loops loops) {
        this.jdbc = jdbc;
        this.books = books;
        this.calendar = calendar;
        this.settings = settings;
        // As long as there is more, as in a first year, without a pause.
        loops.drain(settings.ledgerCheckInterval(), "ledger-days", this::sumNext);
    }

    /** Sums the next slice that is over, if there is one that no other replica is summing. */
    public boolean sumNext() {
        Moment now = calendar.now();
        Instant horizon = now.now().minus(GRACE).truncatedTo(ChronoUnit.HOURS);
        // Looked for without a lock and a connection of the books, as there is none nearly always.
        Instant until = until(jdbc).orElse(null);
        return (until == null || until.isBefore(horizon))
                && books.write(work -> sumNext(work, horizon, now));
    }

    private boolean sumNext(JdbcClient work, Instant horizon, Moment now) {
        Optional<Watermark> mark =
                work.sql("select until from ledger_days for update skip locked")
                        .query((row, _) -> new Watermark(SqlInstants.find(row, "until")))
                        .optional();
        return mark.flatMap(it ->
                        RollupSlice.next(
                                work,
                                it.until(),
                                horizon,
                                settings.ledgerRollupBatch(),
                                now.zone()))
                .filter(slice -> !open(work, slice))
                .map(slice -> sum(work, slice))
                .orElse(false);
    }

    private static boolean open(JdbcClient work, RollupSlice slice) {
        return work.sql(OPEN).param("end", slice.end()).query(Boolean.class).single();
    }

    private static boolean sum(JdbcClient work, RollupSlice slice) {
        DayTotals.reports().add(work, slice);
        work.sql(RENDERS)
                .param("day", slice.day())
                .param("from", slice.start())
                .param("to", slice.end())
                .update();
        work.sql("update ledger_days set until = :end").param("end", slice.end()).update();
        return true;
    }

    /** Whether little enough is left to sum. */
    boolean current(JdbcClient work) {
        return work.sql(
                        """
                        select not exists (select from ledger_entry
                            where at >= (select coalesce(until, '-infinity') from ledger_days)
                                and at < gateway_now() - make_interval(secs => :seconds))
                        """)
                .param("seconds", CURRENT.toSeconds())
                .query(Boolean.class)
                .single();
    }

    /** Which part of a range can be read by day, as a report sees it in its snapshot. */
    public static RangeSlices slices(JdbcClient jdbc, BillingCalendar.Range range) {
        return RangeSlices.of(range, until(jdbc).orElse(null));
    }

    /** Up to where the ledger is summed; empty while nothing is. */
    static Optional<Instant> until(JdbcClient jdbc) {
        return Optional.ofNullable(
                jdbc.sql("select until from ledger_days")
                        .query((row, _) -> new Watermark(SqlInstants.find(row, "until")))
                        .single()
                        .until());
    }

    private record Watermark(@Nullable Instant until) {}
}
