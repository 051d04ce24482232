package dev.seedgate.billing;

import dev.seedgate.billing.Calendar.Moment;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Sums the ledger by day, each day once when it is over: entries are append-only, so it never
 * changes again. What is summed is worked out from the entries alone and can be made again at any
 * time; until a day is there, reports read its entries.
 */
@Component
class LedgerDays {

    // Longer than any statement may take: what was begun before the day's end has shown itself.
    private static final Duration GRACE = Duration.ofMinutes(10);

    // Above this the auditor would sum too many entries itself.
    private static final Duration CURRENT = Duration.ofDays(3);

    private static final String USAGE =
            """
            insert into usage_day (day, priced_on, team_id, team_slug, project, cost_center, key_id,
                key_name, preset, upstream, created, succeeded, failed, charged, refunded)
            select :day, priced_on, team_id, team_slug, project, cost_center, key_id, key_name, preset,
                upstream, sum(created), sum(succeeded), sum(failed), sum(charged), sum(refunded)
            from usage_movement where at >= :from and at < :to
            group by priced_on, team_id, team_slug, project, cost_center, key_id, key_name, preset, upstream
            """;

    private static final String ACCOUNTS =
            """
            insert into account_day
            select team_id, :day, period, count(*), sum(quota), sum(top_ups), sum(granted), sum(taken_back),
                sum(spent), sum(sandbox), sum(possible_loss)
            from account_movement where at >= :from and at < :to
            group by team_id, period
            """;

    private static final String RENDERS =
            """
            insert into render_day
            select :day, upstream, round(extract(epoch from finished_at - accepted_at), 1), count(*)
            from task
            where phase = 'SUCCEEDED' and finished_at >= :from and finished_at < :to
                and accepted_at is not null
            group by 2, 3
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
    private final Books books;
    private final Calendar calendar;

    LedgerDays(JdbcClient jdbc, Books books, Calendar calendar) {
        this.jdbc = jdbc;
        this.books = books;
        this.calendar = calendar;
    }

    /** Sums the next day that is over, if there is one that no other replica is summing. */
    @Scheduled(
            scheduler = BillingConfiguration.SCHEDULER,
            fixedDelayString = "${seedgate.auditor-interval:5s}")
    boolean sumNextDay() {
        Moment now = calendar.now();
        Watermark summed = watermark(jdbc);
        return next(jdbc, summed.until(), now.zone())
                .filter(day -> over(day, now))
                .map(day -> sum(day, summed, now.zone()))
                .orElse(false);
    }

    /** Whether few enough days are left to sum. */
    boolean current() {
        Moment now = calendar.now();
        return next(jdbc, watermark(jdbc).until(), now.zone())
                .map(day -> end(day, now.zone()).plus(CURRENT).isAfter(now.now()))
                .orElse(true);
    }

    /** Which part of a range can be read by day, as a report sees it in its snapshot. */
    static DaySlices slices(JdbcClient jdbc, Calendar.Range range) {
        return DaySlices.of(range, watermark(jdbc).until());
    }

    private boolean over(LocalDate day, Moment now) {
        Instant end = end(day, now.zone());
        return end.plus(GRACE).isBefore(now.now())
                && !jdbc.sql(OPEN)
                        .param("end", end.atOffset(ZoneOffset.UTC))
                        .query(Boolean.class)
                        .single();
    }

    private boolean sum(LocalDate day, Watermark summed, ZoneId zone) {
        OffsetDateTime end = end(day, zone).atOffset(ZoneOffset.UTC);
        return books.write(reports -> {
            if (!locked(reports).equals(Optional.of(summed))) {
                return false;
            }
            for (String sql : List.of(USAGE, ACCOUNTS, RENDERS)) {
                reports.sql(sql)
                        .param("day", day)
                        .param("from", day.atStartOfDay(zone).toOffsetDateTime())
                        .param("to", end)
                        .update();
            }
            reports.sql("update ledger_days set until = :end").param("end", end).update();
            return true;
        });
    }

    private static Watermark watermark(JdbcClient jdbc) {
        return jdbc.sql("select until from ledger_days").query((row, _) -> mark(row)).single();
    }

    /** Empty while another replica sums. */
    private static Optional<Watermark> locked(JdbcClient jdbc) {
        return jdbc.sql("select until from ledger_days for update skip locked")
                .query((row, _) -> mark(row))
                .optional();
    }

    private static Watermark mark(ResultSet row) throws SQLException {
        OffsetDateTime until = row.getObject("until", OffsetDateTime.class);
        return new Watermark(until == null ? null : until.toInstant());
    }

    /** The first day with entries that are not summed. */
    private static Optional<LocalDate> next(JdbcClient jdbc, @Nullable Instant until, ZoneId zone) {
        return jdbc.sql(
                        "select at from ledger_entry where at >= coalesce(cast(:until as timestamptz), '-infinity') order by at limit 1")
                .param("until", until == null ? null : until.atOffset(ZoneOffset.UTC))
                .query(OffsetDateTime.class)
                .optional()
                .map(at -> LocalDate.ofInstant(at.toInstant(), zone));
    }

    private static Instant end(LocalDate day, ZoneId zone) {
        return day.plusDays(1).atStartOfDay(zone).toInstant();
    }

    /** Where the summed days end; null = none is summed. */
    private record Watermark(@Nullable Instant until) {}
}
