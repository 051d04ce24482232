package dev.seedgate.billing;

import dev.seedgate.shared.ErrorCode;
import dev.seedgate.shared.GatewayException;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.annotation.Transactional;

/**
 * Goes round the books in small steps and says what does not add up. Each rule is one statement, so
 * it sees one moment and needs no lock; one replica at a time makes a step, and the next goes on
 * where it ended.
 */
@Service
public class Auditor {

    private static final Logger log = LoggerFactory.getLogger(Auditor.class);
    private static final int MOST_REPORTED = 1000;
    private static final LocalDate BEGINNING = LocalDate.of(1, 1, 1);
    private static final String UPSERT =
            " on conflict (rule, subject) do update set detail = excluded.detail, last_seen = gateway_now(), round = excluded.round, mended_at = null";

    private static final List<Rule> TEAM_RULES =
            List.of(
                    new Rule(
                            "account_equals_entries",
                            """
                            select a.team_id::text as subject, 'used ' || a.used || ', by the ledger ' || l.used
                                || '; top-ups ' || a.top_ups || ', by the ledger ' || l.top_ups as detail
                            from account a cross join lateral (
                                select coalesce(sum(quota) filter (where m.period = a.period), 0) as used,
                                       coalesce(sum(m.top_ups), 0) as top_ups
                                from (
                                    select period, quota, top_ups from account_day where team_id = a.team_id
                                    union all
                                    select period, quota, top_ups from account_movement
                                    where team_id = a.team_id
                                        and at >= (select coalesce(until, '-infinity') from ledger_days)) m) l
                            where a.team_id > :from and a.team_id <= :to
                                and (a.used <> l.used or a.top_ups <> l.top_ups)
                            """),
                    new Rule(
                            "budget_equals_entries",
                            """
                            select a.team_id::text as subject, string_agg(
                                coalesce('key ' || b.key_id, 'project ' || b.project) || ': used ' || b.used
                                || ', by the ledger ' || l.used, '; ' order by b.id) as detail
                            from account a join budget b on b.team_id = a.team_id cross join lateral (
                                select coalesce(sum(charged - refunded), 0) as used from (
                                    select key_id, project, priced_on, charged, refunded from usage_day
                                    where team_id = a.team_id and day >= b.period
                                    union all
                                    select key_id, project, priced_on, charged, refunded from usage_movement
                                    where team_id = a.team_id and at >= greatest(
                                        (select coalesce(until, '-infinity') from ledger_days),
                                        (select b.period::timestamp at time zone billing_zone from installation))) m
                                where date_trunc('month', priced_on) = b.period
                                    and (project = b.project or key_id in (
                                        select id from api_key where coalesce(origin_id, id) = b.key_id))) l
                            where a.team_id > :from and a.team_id <= :to and b.used <> l.used
                            group by a.team_id
                            """),
                    new Rule(
                            "in_flight_is_counted",
                            """
                            select a.team_id::text as subject,
                                'in flight ' || a.in_flight || ', tasks ' || count(t.id) as detail
                            from account a left join task t on t.team_id = a.team_id
                                and t.phase in ('QUEUED', 'SUBMITTING', 'RENDERING')
                            where a.team_id > :from and a.team_id <= :to
                            group by a.team_id, a.in_flight having a.in_flight <> count(t.id)
                            """));

    private static final List<Rule> TASK_RULES =
            List.of(
                    new Rule(
                            "task_is_settled_once",
                            """
                            select t.id as subject, t.phase || ': '
                                || coalesce(string_agg(e.kind, ', ' order by e.id), 'no entry') as detail
                            from task t left join ledger_entry e
                                on e.task_id = t.id and e.kind in ('reserve', 'settle', 'release')
                            where t.id > :from and t.id <= :to
                            group by t.id
                            having string_agg(e.kind, ',' order by e.id) is distinct from
                                case t.phase when 'SUCCEEDED' then 'reserve,settle'
                                             when 'FAILED' then 'reserve,release' else 'reserve' end
                                or min(e.credits) <> t.credits or max(e.credits) <> t.credits
                            """),
                    new Rule(
                            "open_task_has_work",
                            """
                            select t.id as subject, t.phase || ': ' || coalesce(w.kind, 'no work') as detail
                            from task t left join work w on w.task_id = t.id
                            where t.id > :from and t.id <= :to
                                and not coalesce(w.kind, 'none') = any (case t.phase
                                    when 'QUEUED' then array['submit'] when 'SUBMITTING' then array['sent']
                                    when 'RENDERING' then array['poll'] when 'UNCERTAIN' then array['refund']
                                    when 'EXPIRED' then array['poll', 'refund'] else array['none'] end)
                            """));

    // What is summed counts against what it was summed from; where they agree nothing is left.
    private static final List<Rule> DAY_RULES =
            List.of(
                    new Rule(
                            "days_equal_entries",
                            """
                            select 'teams that differ: ' || count(distinct team_id) from (
                                select team_id
                                from (select day, team_id, period, entries, quota, top_ups, granted, taken_back,
                                          spent, sandbox, possible_loss
                                      from account_day where day > :from and day <= :to
                                      union all
                                      select day, team_id, period, -1, -quota, -top_ups, -granted, -taken_back,
                                          -spent, -sandbox, -possible_loss
                                      from account_movement where at >= :begin and at < :end) m
                                group by day, team_id, period
                                having sum(entries) <> 0 or sum(quota) <> 0 or sum(top_ups) <> 0
                                    or sum(granted) <> 0 or sum(taken_back) <> 0 or sum(spent) <> 0
                                    or sum(sandbox) <> 0 or sum(possible_loss) <> 0) d
                            having count(*) > 0
                            """),
                    new Rule(
                            "usage_equals_entries",
                            """
                            select 'teams that differ: ' || count(distinct team_id) from (
                                select team_id
                                from (select day, priced_on, team_id, team_slug, project, cost_center, key_id,
                                          key_name, preset, upstream, created, succeeded, failed, charged, refunded
                                      from usage_day where day > :from and day <= :to
                                      union all
                                      select day, priced_on, team_id, team_slug, project, cost_center, key_id,
                                          key_name, preset, upstream, -created, -succeeded, -failed, -charged, -refunded
                                      from usage_movement where at >= :begin and at < :end) m
                                group by day, priced_on, team_id, team_slug, project, cost_center, key_id,
                                    key_name, preset, upstream
                                having sum(created) <> 0 or sum(succeeded) <> 0 or sum(failed) <> 0
                                    or sum(charged) <> 0 or sum(refunded) <> 0) d
                            having count(*) > 0
                            """));

    private final JdbcClient jdbc;
    private final AuditorSettings settings;
    private final Books books;
    private final LedgerDays days;
    private final Calendar calendar;
    private final AtomicInteger drift;
    private final AtomicLong age;

    Auditor(
            JdbcClient jdbc,
            AuditorSettings settings,
            Books books,
            LedgerDays days,
            Calendar calendar,
            MeterRegistry metrics) {
        this.jdbc = jdbc;
        this.books = books;
        this.days = days;
        this.calendar = calendar;
        this.settings = settings;
        drift = metrics.gauge("seedgate.auditor.findings", new AtomicInteger());
        age = metrics.gauge("seedgate.auditor.round.age.seconds", new AtomicLong());
    }

    /** What stands at the moment, the oldest first. */
    @Transactional(readOnly = true)
    public AuditReport report() {
        Rounds rounds = rounds();
        List<Finding> findings =
                jdbc.sql(
                                "select * from finding where mended_at is null order by first_seen, rule, subject limit "
                                        + MOST_REPORTED)
                        .query((row, _) ->
                                new Finding(
                                        row.getString("rule"),
                                        row.getString("subject"),
                                        row.getString("detail"),
                                        row.getObject("first_seen", OffsetDateTime.class)
                                                .toInstant(),
                                        row.getObject("last_seen", OffsetDateTime.class)
                                                .toInstant()))
                        .list();
        return new AuditReport(
                rounds.began(), rounds.completedFrom(), rounds.completed(), findings);
    }

    /**
     * Refuses with {@code BOOKS_DO_NOT_ADD_UP} while there are findings, and with {@code
     * BOOKS_NOT_AUDITED} until a whole round has gone by that began after this moment: findings of
     * before may be mended, and what came since has not been looked at.
     */
    void vouch(Instant since) {
        if (jdbc.sql("select exists (select from finding where mended_at is null)").query(Boolean.class).single()) {
            throw new GatewayException(
                    ErrorCode.BOOKS_DO_NOT_ADD_UP,
                    "The auditor has findings: see GET /admin/api/auditor. A month is closed when they are mended.");
        }
        Rounds rounds = rounds();
        if (rounds.completedFrom() == null || rounds.completedFrom().isBefore(since)) {
            throw new GatewayException(
                    ErrorCode.BOOKS_NOT_AUDITED,
                    "The auditor has not been through all the books since the month ended at %s. %s"
                            .formatted(since, rounds.outlook(since)));
        }
    }

    private Rounds rounds() {
        return jdbc.sql("select began_at, completed_from, completed_at from auditor")
                .query((row, _) ->
                        new Rounds(
                                row.getObject("began_at", OffsetDateTime.class).toInstant(),
                                instant(row.getObject("completed_from", OffsetDateTime.class)),
                                instant(row.getObject("completed_at", OffsetDateTime.class))))
                .single();
    }

    @Scheduled(
            scheduler = BillingConfiguration.SCHEDULER,
            fixedDelayString = "${seedgate.auditor-interval:5s}")
    void tick() {
        try {
            step();
        } catch (DataAccessException | TransactionException e) {
            // Reports have all their connections, or the database is away: the next step goes on.
            log.warn("no step of the auditor: {}", e.toString());
        }
    }

    /**
     * One step, unless another replica has just made it or there are days to sum first. Answers
     * whether it ended a round. On a connection of the reports, as a large day may take longer than
     * a statement of the application may.
     */
    public boolean step() {
        try {
            return days.current() && books.write(this::step);
        } finally {
            // Also when the step failed: the age is what tells that none succeeds.
            drift.set(jdbc.sql("select count(*) from finding where mended_at is null").query(Integer.class).single());
            age.set(
                    jdbc.sql(
                                    "select extract(epoch from gateway_now() - coalesce(completed_at, began_at))::bigint from auditor")
                            .query(Long.class)
                            .single());
        }
    }

    private boolean step(JdbcClient work) {
        Optional<Cursor> claimed =
                work.sql(
                                """
                                select team_cursor, task_cursor, day_cursor from auditor
                                where due_at <= gateway_now() for update skip locked
                                """)
                        .query((row, _) ->
                                new Cursor(
                                        row.getLong("team_cursor"),
                                        row.getString("task_cursor"),
                                        row.getObject("day_cursor", LocalDate.class)))
                        .optional();
        return claimed.map(from -> step(work, from)).orElse(false);
    }

    private boolean step(JdbcClient work, Cursor from) {
        Optional<Long> team =
                end(
                        work,
                        "select max(team_id) from (select team_id from account where team_id > :from order by team_id limit :limit) s",
                        from.team(),
                        settings.auditorTeams(),
                        Long.class);
        Optional<String> task =
                end(
                        work,
                        "select max(id) from (select id from task where id > :from order by id limit :limit) s",
                        from.task(),
                        settings.auditorTasks(),
                        String.class);
        Optional<LocalDate> day =
                end(
                        work,
                        "select day from account_day where day > :from order by day limit :limit",
                        from.day(),
                        1,
                        LocalDate.class);
        team.ifPresent(to ->
                TEAM_RULES.forEach(rule -> check(work, rule, from.team(), to, "subject::bigint")));
        task.ifPresent(
                to -> TASK_RULES.forEach(rule -> check(work, rule, from.task(), to, "subject")));
        day.ifPresent(to -> DAY_RULES.forEach(rule -> checkDay(work, rule, from.day(), to)));
        boolean ended = team.isEmpty() && task.isEmpty() && day.isEmpty();
        // Whichever is through first waits at its end for the others.
        work.sql(
                        """
                        update auditor set team_cursor = :team, task_cursor = :task, day_cursor = :day,
                            due_at = gateway_now() + make_interval(secs => :seconds) / 2,
                            completed_from = case when :ended then began_at else completed_from end,
                            completed_at = case when :ended then gateway_now() else completed_at end,
                            began_at = case when :ended then gateway_now() else began_at end
                        """)
                .param("team", ended ? 0 : team.orElse(from.team()))
                .param("task", ended ? "" : task.orElse(from.task()))
                .param("day", ended ? BEGINNING : day.orElse(from.day()))
                .param("seconds", settings.auditorInterval().toMillis() / 1000.0)
                .param("ended", ended)
                .update();
        return ended;
    }

    private static <T> Optional<T> end(
            JdbcClient work, String sql, T from, int limit, Class<T> type) {
        return work.sql(sql).param("from", from).param("limit", limit).query(type).optional();
    }

    /** Writes down what breaks the rule in this range, and forgets what no longer does. */
    private static void check(JdbcClient work, Rule rule, Object from, Object to, String key) {
        List<String> broken =
                work.sql(
                                "with broken as ("
                                        + rule.sql()
                                        + ") insert into finding as f (rule, subject, detail, round)"
                                        + " select :rule, subject, detail, txid_current() from broken"
                                        + UPSERT
                                        + " returning f.subject || ': ' || f.detail")
                        .param("rule", rule.name())
                        .param("from", from)
                        .param("to", to)
                        .query((row, _) -> row.getString(1))
                        .list();
        broken.forEach(it -> log.error("the books don't add up: {}: {}", rule.name(), it));
        forget(work, rule, from, to, key);
    }

    private void checkDay(JdbcClient work, Rule rule, LocalDate from, LocalDate to) {
        // As the days were cut: where clocks go back to midnight, SQL begins them an hour later.
        ZoneId zone = calendar.now().zone();
        List<String> broken =
                work.sql(rule.sql())
                        .param("from", from)
                        .param("to", to)
                        .param("begin", from.plusDays(1).atStartOfDay(zone).toOffsetDateTime())
                        .param("end", to.plusDays(1).atStartOfDay(zone).toOffsetDateTime())
                        .query((row, _) -> row.getString(1))
                        .list();
        for (String detail : broken) {
            log.error("the books don't add up: {}: {}: {}", rule.name(), to, detail);
            work.sql(
                            "insert into finding as f (rule, subject, detail, round) values (:rule, :subject, :detail, txid_current())"
                                    + UPSERT)
                    .param("rule", rule.name())
                    .param("subject", to.toString())
                    .param("detail", detail)
                    .update();
        }
        forget(work, rule, from, to, "subject::date");
    }

    private static void forget(JdbcClient work, Rule rule, Object from, Object to, String key) {
        work.sql(
                        "update finding set mended_at = gateway_now() where mended_at is null and rule = :rule and "
                                + key
                                + " > :from and "
                                + key
                                + " <= :to and round <> txid_current()")
                .param("rule", rule.name())
                .param("from", from)
                .param("to", to)
                .update();
    }

    private static @Nullable Instant instant(@Nullable OffsetDateTime time) {
        return time == null ? null : time.toInstant();
    }

    private record Cursor(long team, String task, LocalDate day) {}

    /** The present round and the last whole one. */
    private record Rounds(
            Instant began, @Nullable Instant completedFrom, @Nullable Instant completed) {

        /** When a round that began after this moment may be through. */
        String outlook(Instant since) {
            if (completedFrom == null || completed == null) {
                return "It has not ended a round yet.";
            }
            Duration took = Duration.between(completedFrom, completed);
            Instant through =
                    began.isBefore(since) ? began.plus(took).plus(took) : began.plus(took);
            return "Going by its last round it will be through at about %s."
                    .formatted(through.truncatedTo(ChronoUnit.SECONDS));
        }
    }

    /** An invariant as a query for what breaks it, between two keys. */
    private record Rule(String name, String sql) {}
}
