package dev.seedgate.billing.integrity;

import dev.seedgate.platform.database.BillingCalendar;
import dev.seedgate.platform.database.SqlInstants;
import dev.seedgate.platform.reporting.ReportingDatabase;
import dev.seedgate.platform.telemetry.Loops;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.task.lifecycle.Phase;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * The verifier of the ledger, which goes round accounts, tasks and entries in small steps and
 * records what does not add up. Each rule is one statement, so it sees one moment and needs no
 * lock; one replica at a time makes a step, and the next goes on where it ended.
 */
@Service
public class LedgerVerifier {

    private static final Logger log = LoggerFactory.getLogger(LedgerVerifier.class);
    private static final int MAX_REPORTED = 1000;

    // Entries of a step on the round, at least: they cost next to nothing, and a small ledger is
    // gone round in minutes.
    private static final int MIN_ENTRIES = 500;

    private static final String UPSERT =
            " on conflict (rule, subject) do update set detail = excluded.detail, last_seen = gateway_now(), round = excluded.round, mended_at = null";

    private static final String PHASES = "with " + Phase.rules() + "\n";

    private static final List<Rule> TEAM_RULES =
            List.of(
                    new Rule(
                            "account_equals_entries",
                            """
                            select a.team_id::text as subject, 'used ' || a.used || ', by the ledger ' || l.used
                                || '; top-ups ' || a.top_ups || ', by the ledger ' || l.top_ups as detail
                            from team_account a cross join lateral (
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
                            from team_account a join team_budget b on b.team_id = a.team_id cross join lateral (
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
                                        select id from team_key where coalesce(origin_id, id) = b.key_id))) l
                            where a.team_id > :from and a.team_id <= :to and b.used <> l.used
                            group by a.team_id
                            """),
                    new Rule(
                            "in_flight_is_counted",
                            """
                            select a.team_id::text as subject,
                                'in flight ' || a.in_flight || ', tasks ' || count(t.id) as detail
                            from team_account a left join task_outcome t on t.team_id = a.team_id
                                and t.phase = any (array(select phase from phase_rule where in_flight))
                            where a.team_id > :from and a.team_id <= :to
                            group by a.team_id, a.in_flight having a.in_flight <> count(t.id)
                            """));

    /** The tasks of a slice: those made in it and those that its entries are of. */
    private static final String TASKS =
            """
            , looked as materialized (
                select id from task_outcome where id >= :firstId and id < :lastId
                union
                select task_id from ledger_movement where at >= :from and at < :to and task_id is not null
            )
            """;

    /** What does not add up, looked at again so that it is forgotten soon after it is mended. */
    private static final String KNOWN =
            """
            , looked as materialized (
                select subject as id from finding where rule = :rule and mended_at is null order by last_seen limit 100
            )
            """;

    private static final String LOOKED = "subject in (select id from looked)";

    private static final List<Rule> TASK_RULES =
            List.of(
                    new Rule(
                            "task_is_settled_once",
                            """
                            select t.id as subject, t.phase || ': '
                                || coalesce(string_agg(e.kind, ', ' order by e.id), 'no entry') as detail
                            from looked join task_outcome t on t.id = looked.id join phase_rule p on p.phase = t.phase
                                left join ledger_movement e
                                    on e.task_id = t.id and e.kind in ('reserve', 'settle', 'release')
                            group by t.id, t.phase, t.credits, p.entries
                            having string_agg(e.kind, ',' order by e.id) is distinct from p.entries
                                or min(e.credits) <> t.credits or max(e.credits) <> t.credits
                            """),
                    new Rule(
                            "open_task_has_work",
                            """
                            select t.id as subject, t.phase || ': ' || coalesce(w.kind, 'no work') as detail
                            from looked join task_outcome t on t.id = looked.id join phase_rule p on p.phase = t.phase
                                left join task_queue w on w.task_id = t.id
                            where case when w.kind is null then p.work <> '{}' else w.kind <> all (p.work) end
                            """));

    // What is summed counts against what it was summed from; where they agree nothing is left. Of a
    // day in several slices, all but the last have been counted before.
    private static final List<Rule> DAY_RULES =
            List.of(
                    new Rule(
                            "days_equal_entries",
                            """
                            select 'teams that differ: ' || count(distinct team_id) from (
                                select team_id
                                from (select team_id, period, entries, quota, top_ups, granted, taken_back,
                                          spent, sandbox, possible_loss
                                      from account_day where day = :day
                                      union all
                                      select team_id, period, -entries, -quota, -top_ups, -granted, -taken_back,
                                          -spent, -sandbox, -possible_loss
                                      from account_recount where walk = :walk
                                      union all
                                      select team_id, period, -1, -quota, -top_ups, -granted, -taken_back,
                                          -spent, -sandbox, -possible_loss
                                      from account_movement where at >= :from and at < :to) m
                                group by team_id, period
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
                                from (select priced_on, team_id, team_slug, project, cost_center, key_id,
                                          key_name, preset, upstream, created, succeeded, failed, charged, refunded
                                      from usage_day where day = :day
                                      union all
                                      select priced_on, team_id, team_slug, project, cost_center, key_id,
                                          key_name, preset, upstream, -created, -succeeded, -failed, -charged, -refunded
                                      from usage_recount where walk = :walk
                                      union all
                                      select priced_on, team_id, team_slug, project, cost_center, key_id,
                                          key_name, preset, upstream, -created, -succeeded, -failed, -charged, -refunded
                                      from usage_movement where at >= :from and at < :to) m
                                group by priced_on, team_id, team_slug, project, cost_center, key_id,
                                    key_name, preset, upstream
                                having sum(created) <> 0 or sum(succeeded) <> 0 or sum(failed) <> 0
                                    or sum(charged) <> 0 or sum(refunded) <> 0) d
                            having count(*) > 0
                            """));

    private final JdbcClient jdbc;
    private final LedgerVerifierSettings settings;
    private final ReportingDatabase reporting;
    private final DailyRollup rollup;
    private final BillingCalendar calendar;
    private final AtomicInteger openFindings;
    private final AtomicLong roundAgeSeconds;
    private final AtomicLong lagSeconds;

    LedgerVerifier(
            JdbcClient jdbc,
            LedgerVerifierSettings settings,
            ReportingDatabase reporting,
            DailyRollup rollup,
            BillingCalendar calendar,
            MeterRegistry metrics,
            Loops loops) {
        this.jdbc = jdbc;
        this.reporting = reporting;
        this.rollup = rollup;
        this.calendar = calendar;
        this.settings = settings;
        openFindings = metrics.gauge("seedgate.auditor.findings", new AtomicInteger());
        roundAgeSeconds = metrics.gauge("seedgate.auditor.round.age.seconds", new AtomicLong());
        lagSeconds = metrics.gauge("seedgate.auditor.lag.seconds", new AtomicLong());
        loops.every(settings.ledgerCheckInterval(), "auditor", this::step);
    }

    /** The present findings, the oldest first, and how far the check has come. */
    @Transactional(readOnly = true)
    public VerificationReport report() {
        Progress progress = progress();
        Rounds rounds = progress.ledger();
        List<LedgerFinding> findings =
                jdbc.sql(
                                "select * from finding where mended_at is null order by first_seen, rule, subject limit "
                                        + MAX_REPORTED)
                        .query((row, _) ->
                                new LedgerFinding(
                                        row.getString("rule"),
                                        row.getString("subject"),
                                        row.getString("detail"),
                                        SqlInstants.get(row, "first_seen"),
                                        SqlInstants.get(row, "last_seen")))
                        .list();
        return new VerificationReport(
                progress.newUntil(),
                rounds.began(),
                rounds.completedFrom(),
                rounds.completed(),
                findings);
    }

    /**
     * Refuses with {@code BOOKS_DO_NOT_ADD_UP} while there are findings, and with {@code
     * BOOKS_NOT_AUDITED} until all of before this moment has been gone through, and then all
     * accounts: findings of before may be mended, and what came since has not been looked at.
     */
    public void requireCleanRoundSince(Instant since) {
        if (jdbc.sql("select exists (select from finding where mended_at is null)")
                .query(Boolean.class)
                .single()) {
            throw new ApiException(
                    ErrorCode.BOOKS_DO_NOT_ADD_UP,
                    "The ledger check has findings: see GET /admin/api/ledger-check. A month is closed when they are mended.");
        }
        String unchecked = uncheckedSince(since);
        if (unchecked != null) {
            throw new ApiException(ErrorCode.BOOKS_NOT_AUDITED, unchecked);
        }
    }

    /** What the check has not been through since a month ended then; null for nothing. */
    public @Nullable String uncheckedSince(Instant since) {
        Progress progress = progress();
        boolean unchecked =
                jdbc.sql(
                                "select exists (select from ledger_movement where at >= (select coalesce(new_until, '-infinity') from auditor) and at < :since)")
                        .param("since", since.atOffset(ZoneOffset.UTC))
                        .query(Boolean.class)
                        .single();
        Rounds accounts = progress.accounts();
        if (!unchecked
                && accounts.completedFrom() != null
                && !accounts.completedFrom().isBefore(since)) {
            return null;
        }
        return "The ledger check has not been through all the books since the month ended at %s. %s"
                .formatted(since, unchecked ? progress.describe() : accounts.expectedEnd(since));
    }

    private Progress progress() {
        return jdbc.sql("select * from auditor")
                .query((row, _) ->
                        new Progress(
                                SqlInstants.find(row, "new_until"),
                                new Rounds(
                                        SqlInstants.get(row, "began_at"),
                                        SqlInstants.find(row, "completed_from"),
                                        SqlInstants.find(row, "completed_at")),
                                new Rounds(
                                        SqlInstants.get(row, "teams_began_at"),
                                        SqlInstants.find(row, "teams_completed_from"),
                                        SqlInstants.find(row, "teams_completed_at"))))
                .single();
    }

    /**
     * One step, unless another replica has just made it: some accounts, and of the ledger what is
     * new, or else some of the round. Answers whether it ended a round through the ledger.
     */
    public boolean step() {
        try {
            return reporting.write(this::step);
        } finally {
            // Also when the step failed: that none succeeds is seen by the ages.
            openFindings.set(
                    jdbc.sql("select count(*) from finding where mended_at is null")
                            .query(Integer.class)
                            .single());
            jdbc.sql(
                            """
                            select extract(epoch from gateway_now() - coalesce(completed_at, began_at))::bigint as age,
                                coalesce((select extract(epoch from gateway_now() - at) from ledger_movement
                                    where at >= coalesce(new_until, '-infinity') order by at limit 1), 0)::bigint as lag
                            from auditor
                            """)
                    .query(row -> {
                        roundAgeSeconds.set(row.getLong("age"));
                        lagSeconds.set(row.getLong("lag"));
                    });
        }
    }

    private boolean step(JdbcClient work) {
        Optional<Long> from =
                work.sql(
                                "select team_cursor from auditor where due_at <= gateway_now() for update skip locked")
                        .query(Long.class)
                        .optional();
        return from.map(team -> step(work, team)).orElse(false);
    }

    private boolean step(JdbcClient work, long team) {
        work.sql("update auditor set due_at = gateway_now() + make_interval(secs => :seconds) / 2")
                .param("seconds", seconds(settings.ledgerCheckInterval()))
                .update();
        if (rollup.isUpToDate(work)) {
            checkAccounts(work, team);
        }
        TASK_RULES.forEach(rule -> check(work, rule, KNOWN, Map.of(), LOOKED));
        Instant summed = DailyRollup.summedUntil(work).orElse(null);
        if (summed == null) {
            return ledgerIsEmpty(work) && endRound(work);
        }
        ZoneId zone = calendar.now().zone();
        boolean more =
                advance(work, VerificationWalk.NEW, summed, settings.ledgerCheckEntryBatch(), zone);
        if (more || advance(work, VerificationWalk.ROUND, summed, entriesAStep(work), zone)) {
            return false;
        }
        boolean through =
                work.sql("select coalesce(round_until = :summed, false) from auditor")
                        .param("summed", utc(summed))
                        .query(Boolean.class)
                        .single();
        return through && endRound(work);
    }

    private static boolean ledgerIsEmpty(JdbcClient work) {
        return work.sql("select not exists (select from ledger_movement)")
                .query(Boolean.class)
                .single();
    }

    private static boolean endRound(JdbcClient work) {
        work.sql(
                        """
                        update auditor set round_until = null, completed_from = began_at,
                            completed_at = gateway_now(), began_at = gateway_now()
                        """)
                .update();
        // Of a day that is not over.
        deleteRecount(work, VerificationWalk.ROUND);
        return true;
    }

    /** How many entries a step must have for the round through the ledger to end in its time. */
    private int entriesAStep(JdbcClient work) {
        double entries =
                work.sql("select reltuples from pg_class where oid = 'ledger_entry'::regclass")
                        .query(Double.class)
                        .single();
        double needed =
                entries
                        * seconds(settings.ledgerCheckInterval())
                        / seconds(settings.ledgerCheckRound());
        int most = settings.ledgerCheckEntryBatch();
        return (int) Math.clamp(needed, Math.min(MIN_ENTRIES, most), most);
    }

    private void checkAccounts(JdbcClient work, long from) {
        Long to =
                work.sql(
                                "select max(team_id) from (select team_id from team_account where team_id > :from order by team_id limit :limit) s")
                        .param("from", from)
                        .param("limit", settings.ledgerCheckTeamBatch())
                        .query(Long.class)
                        .optional()
                        .orElse(null);
        if (to != null) {
            for (Rule rule : TEAM_RULES) {
                Map<String, Object> range = Map.of("from", from, "to", to);
                check(work, rule, "", range, "subject::bigint > :from and subject::bigint <= :to");
            }
        }
        boolean ended =
                !work.sql("select exists (select from team_account where team_id > :to)")
                        .param("to", to == null ? from : to)
                        .query(Boolean.class)
                        .single();
        work.sql(
                        ended
                                ? """
                                update auditor set team_cursor = 0, teams_completed_from = teams_began_at,
                                    teams_completed_at = gateway_now(), teams_began_at = gateway_now()
                                """
                                : "update auditor set team_cursor = " + to)
                .update();
    }

    /** Checks the next slice of a pass, if there is one. Answers whether there may be more. */
    private boolean advance(
            JdbcClient work, VerificationWalk walk, Instant summed, int entries, ZoneId zone) {
        Instant after =
                work.sql("select %s_until as until from auditor".formatted(walk.word()))
                        .query((row, _) -> Optional.ofNullable(SqlInstants.find(row, "until")))
                        .single()
                        .orElse(null);
        RollupSlice slice = RollupSlice.next(work, after, summed, entries, zone).orElse(null);
        if (slice == null) {
            return false;
        }
        if (slice.from().equals(slice.dayStart())) {
            // Of another day, when the walk was sent back.
            deleteRecount(work, walk);
        } else if (!recountIsWhole(work, walk)) {
            // The database crashed, and what was counted of this day is lost.
            deleteRecount(work, walk);
            saveProgress(work, walk, slice.dayStart());
            return true;
        }
        Map<String, Object> range =
                Map.of(
                        "from", slice.start(),
                        "to", slice.end(),
                        "firstId", after == null ? "" : TaskId.first(after).value(),
                        "lastId", TaskId.first(slice.to()).value());
        TASK_RULES.forEach(rule -> check(work, rule, TASKS, range, LOOKED));
        if (slice.endsDay()) {
            DAY_RULES.forEach(rule -> checkDay(work, rule, walk, slice));
            deleteRecount(work, walk);
        } else {
            DayTotals.recount(walk).addSlice(work, slice);
            work.sql(
                            "update auditor set %s_counted = (select coalesce(sum(entries), 0) from account_recount where walk = :walk)"
                                    .formatted(walk.word()))
                    .param("walk", walk.word())
                    .update();
        }
        saveProgress(work, walk, slice.to());
        return slice.to().isBefore(summed);
    }

    private static boolean recountIsWhole(JdbcClient work, VerificationWalk walk) {
        return work.sql(
                        "select %s_counted = (select coalesce(sum(entries), 0) from account_recount where walk = :walk) from auditor"
                                .formatted(walk.word()))
                .param("walk", walk.word())
                .query(Boolean.class)
                .single();
    }

    private static void deleteRecount(JdbcClient work, VerificationWalk walk) {
        for (String table : List.of("usage_recount", "account_recount")) {
            work.sql("delete from " + table + " where walk = :walk")
                    .param("walk", walk.word())
                    .update();
        }
        work.sql("update auditor set %s_counted = 0".formatted(walk.word())).update();
    }

    private static void saveProgress(JdbcClient work, VerificationWalk walk, Instant until) {
        work.sql("update auditor set %s_until = :until".formatted(walk.word()))
                .param("until", utc(until))
                .update();
    }

    /** Writes down what breaks the rule in this range, and forgets what no longer does. */
    private static void check(
            JdbcClient work, Rule rule, String looked, Map<String, Object> range, String within) {
        List<String> broken =
                work.sql(
                                PHASES
                                        + looked
                                        + ", broken as ("
                                        + rule.sql()
                                        + ") insert into finding as f (rule, subject, detail, round)"
                                        + " select :rule, subject, detail, txid_current() from broken"
                                        + UPSERT
                                        + " returning f.subject || ': ' || f.detail")
                        .params(range)
                        .param("rule", rule.name())
                        .query((row, _) -> row.getString(1))
                        .list();
        broken.forEach(it -> log.error("the books don't add up: {}: {}", rule.name(), it));
        work.sql(
                        PHASES
                                + looked
                                + "update finding set mended_at = gateway_now() where mended_at is null and rule = :rule and round <> txid_current() and "
                                + within)
                .params(range)
                .param("rule", rule.name())
                .update();
    }

    private static void checkDay(
            JdbcClient work, Rule rule, VerificationWalk walk, RollupSlice last) {
        String day = last.day().toString();
        List<String> broken =
                work.sql(rule.sql())
                        .param("day", last.day())
                        .param("walk", walk.word())
                        .param("from", last.start())
                        .param("to", last.end())
                        .query((row, _) -> row.getString(1))
                        .list();
        for (String detail : broken) {
            log.error("the books don't add up: {}: {}: {}", rule.name(), day, detail);
            work.sql(
                            "insert into finding as f (rule, subject, detail, round) values (:rule, :subject, :detail, txid_current())"
                                    + UPSERT)
                    .param("rule", rule.name())
                    .param("subject", day)
                    .param("detail", detail)
                    .update();
        }
        work.sql(
                        "update finding set mended_at = gateway_now() where mended_at is null and rule = :rule and subject = :subject and round <> txid_current()")
                .param("rule", rule.name())
                .param("subject", day)
                .update();
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }

    private static OffsetDateTime utc(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }

    /** The progress of the check: with what is new, and with its rounds. */
    private record Progress(@Nullable Instant newUntil, Rounds ledger, Rounds accounts) {

        String describe() {
            return newUntil == null
                    ? "It has checked nothing of the ledger yet."
                    : "It has checked the ledger up to %s.".formatted(newUntil);
        }
    }

    /** A pair of rounds: the present one and the last whole one. */
    private record Rounds(
            Instant began, @Nullable Instant completedFrom, @Nullable Instant completed) {

        /** A sentence on when a round that began after this moment may be through. */
        String expectedEnd(Instant since) {
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

    /** An invariant as a query for what breaks it. */
    private record Rule(String name, String sql) {}
}
