package dev.seedgate.billing;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;
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

    private static final List<Rule> TEAM_RULES =
            List.of(
                    new Rule(
                            "account_equals_entries",
                            """
                            select a.team_id::text as subject, 'used ' || a.used || ', by the ledger ' || l.used
                                || '; top-ups ' || a.top_ups || ', by the ledger ' || l.top_ups as detail
                            from account a cross join lateral (
                                select coalesce(sum(case when e.period <> a.period then 0
                                                         when e.kind = 'reserve' then e.from_quota
                                                         when e.kind = 'release' then -e.from_quota
                                                         else 0 end), 0) as used,
                                       coalesce(sum(case when e.credit = 'team' then e.from_top_ups
                                                         when e.debit = 'team' then -e.from_top_ups
                                                         else 0 end), 0) as top_ups
                                from ledger_entry e where e.team_id = a.team_id) l
                            where a.team_id > :from and a.team_id <= :to
                                and (a.used <> l.used or a.top_ups <> l.top_ups)
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

    private final JdbcClient jdbc;
    private final AuditorSettings settings;
    private final AtomicInteger drift;

    Auditor(JdbcClient jdbc, AuditorSettings settings, MeterRegistry metrics) {
        this.jdbc = jdbc;
        this.settings = settings;
        drift = metrics.gauge("seedgate.auditor.findings", new AtomicInteger());
    }

    /** What stands at the moment, the oldest first. */
    @Transactional(readOnly = true)
    public AuditReport report() {
        Optional<Instant> completed =
                jdbc.sql("select completed_at from auditor where completed_at is not null")
                        .query(OffsetDateTime.class)
                        .optional()
                        .map(OffsetDateTime::toInstant);
        List<Finding> findings =
                jdbc.sql(
                                "select * from finding order by first_seen, rule, subject limit "
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
        return new AuditReport(completed.orElse(null), findings);
    }

    /** One step, unless another replica has just made it. Answers whether it ended a round. */
    @Scheduled(fixedDelayString = "${seedgate.auditor-interval:5s}")
    @Transactional
    public boolean step() {
        Optional<Cursor> claimed =
                jdbc.sql(
                                """
                                select team_cursor, task_cursor from auditor
                                where due_at <= gateway_now() for update skip locked
                                """)
                        .query((row, _) ->
                                new Cursor(
                                        row.getLong("team_cursor"), row.getString("task_cursor")))
                        .optional();
        boolean ended = claimed.map(this::step).orElse(false);
        drift.set(jdbc.sql("select count(*) from finding").query(Integer.class).single());
        return ended;
    }

    private boolean step(Cursor from) {
        Optional<Long> team =
                end(
                        "select max(team_id) from (select team_id from account where team_id > :from order by team_id limit :limit) s",
                        from.team(),
                        settings.auditorTeams(),
                        Long.class);
        Optional<String> task =
                end(
                        "select max(id) from (select id from task where id > :from order by id limit :limit) s",
                        from.task(),
                        settings.auditorTasks(),
                        String.class);
        team.ifPresent(
                to -> TEAM_RULES.forEach(rule -> check(rule, from.team(), to, "subject::bigint")));
        task.ifPresent(to -> TASK_RULES.forEach(rule -> check(rule, from.task(), to, "subject")));
        boolean ended = team.isEmpty() && task.isEmpty();
        // Whichever is through first waits at its end for the other.
        jdbc.sql(
                        """
                        update auditor set team_cursor = :team, task_cursor = :task,
                            due_at = gateway_now() + make_interval(secs => :seconds) / 2,
                            completed_at = case when :ended then gateway_now() else completed_at end
                        """)
                .param("team", ended ? 0 : team.orElse(from.team()))
                .param("task", ended ? "" : task.orElse(from.task()))
                .param("seconds", settings.auditorInterval().toMillis() / 1000.0)
                .param("ended", ended)
                .update();
        return ended;
    }

    private <T> Optional<T> end(String sql, T from, int limit, Class<T> type) {
        return jdbc.sql(sql).param("from", from).param("limit", limit).query(type).optional();
    }

    /** Writes down what breaks the rule in this range, and forgets what no longer does. */
    private void check(Rule rule, Object from, Object to, String key) {
        List<String> broken =
                jdbc.sql(
                                "with broken as ("
                                        + rule.sql()
                                        + ") insert into finding as f (rule, subject, detail, round)"
                                        + " select :rule, subject, detail, txid_current() from broken on conflict (rule, subject)"
                                        + " do update set detail = excluded.detail, last_seen = gateway_now(), round = excluded.round"
                                        + " returning f.subject || ': ' || f.detail")
                        .param("rule", rule.name())
                        .param("from", from)
                        .param("to", to)
                        .query((row, _) -> row.getString(1))
                        .list();
        broken.forEach(it -> log.error("the books don't add up: {}: {}", rule.name(), it));
        jdbc.sql(
                        "delete from finding where rule = :rule and "
                                + key
                                + " > :from and "
                                + key
                                + " <= :to and round <> txid_current()")
                .param("rule", rule.name())
                .param("from", from)
                .param("to", to)
                .update();
    }

    private record Cursor(long team, String task) {}

    /** An invariant as a query for what breaks it, between two keys. */
    private record Rule(String name, String sql) {}
}
