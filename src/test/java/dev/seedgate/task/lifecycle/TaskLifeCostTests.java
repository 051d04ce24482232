package dev.seedgate.task.lifecycle;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.credit.ledger.Ledger;
import dev.seedgate.platform.telemetry.TeamMetrics;
import dev.seedgate.platform.telemetry.TelemetrySettings;
import dev.seedgate.platform.values.Actor;
import dev.seedgate.task.queue.DuePoll;
import dev.seedgate.task.queue.WorkKind;
import dev.seedgate.task.queue.WorkQueue;
import dev.seedgate.testing.PlannedConnection;
import dev.seedgate.testing.TestDatabase;
import dev.seedgate.vendor.contract.PollAnswer;
import dev.seedgate.vendor.contract.SubmitAnswer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The rows that a task's life reads after its create when PostgreSQL has planned its statements for
 * another time: on an empty database, as a new gateway's first calls have it do, or while all tasks
 * were in one phase, as at the end of a vendor's pause. A plan is kept until the statistics change,
 * which is when autovacuum comes by.
 */
class TaskLifeCostTests {

    private static final String ID = "sd15p_";
    private static final int STORED = 20_000;
    private static final int ANSWERS = 8;
    private static final int TEAMS = 4;

    // The task, its due work, its job, its charge and what is counted of it, each once or twice.
    private static final long MOST_ROWS = 20 * ANSWERS;

    private int added;
    private final TestDatabase database = TestDatabase.create();
    private final AnnotationConfigApplicationContext beans =
            new AnnotationConfigApplicationContext();
    private PlannedConnection connection;

    @BeforeEach
    void connect() {
        for (String table : List.of("task", "work", "vendor_job", "task_event", "ledger_entry")) {
            database.execute("alter table " + table + " set (autovacuum_enabled = off)");
        }
        database.execute(
                "insert into team (slug, name, created_at) select 'team-' || n, 'Team', now() from generate_series(1, "
                        + TEAMS
                        + ") n; insert into account (team_id, period, in_flight) select id, '2025-01-01', 1000 from team "
                        + "on conflict (team_id) do update set in_flight = 1000");
        connection = new PlannedConnection(database);
        beans.registerBean(JdbcClient.class, connection::jdbc);
        beans.registerBean(
                TeamMetrics.class,
                () ->
                        new TeamMetrics(
                                new SimpleMeterRegistry(),
                                new TelemetrySettings(
                                        false, 1, Duration.ofSeconds(15), 100, Duration.ZERO)));
        beans.register(WorkQueue.class, SubmitAttempts.class, RenderResults.class, Ledger.class);
        beans.refresh();
    }

    @AfterEach
    void close() {
        beans.close();
        connection.close();
    }

    @Test
    void readsWhatIsAnsweredAndNotAllThereIs() {
        readsFew();
        add("SUCCEEDED", STORED);
        readsFew();
    }

    @ParameterizedTest
    @ValueSource(strings = {"QUEUED", "RENDERING"})
    void readsNoMoreWhereAllWereInOnePhaseAsItWasPlanned(String phase) {
        add(phase, STORED);
        // As autovacuum does, which leaves alone what never had a row.
        database.execute("vacuum (analyze) task, work, ledger_entry, team, account");
        readsFew();
        Stream.of("QUEUED", "RENDERING", "SUCCEEDED").forEach(each -> add(each, STORED));
        readsFew();
    }

    private void readsFew() {
        assertThat(rowsReadByALife())
                .allSatisfy((step, rows) ->
                        assertThat(rows).as(step).isBetween((long) ANSWERS, MOST_ROWS));
        assertThat(rowsReadByASweep())
                .allSatisfy(
                        (step, rows) -> assertThat(rows).as(step).isLessThanOrEqualTo(MOST_ROWS));
    }

    /** By step, for so many tasks at once. */
    private Map<String, Long> rowsReadByALife() {
        SubmitAttempts attempts = beans.getBean(SubmitAttempts.class);
        RenderResults results = beans.getBean(RenderResults.class);
        Ledger ledger = beans.getBean(Ledger.class);
        WorkQueue work = beans.getBean(WorkQueue.class);
        add("QUEUED", ANSWERS);
        List<SubmitAttempt> begun = new ArrayList<>();
        Map<Long, Integer> due = new HashMap<>();
        Map<String, Supplier<Integer>> steps = new LinkedHashMap<>();
        steps.put(
                "begin",
                () -> {
                    begun.addAll(attempts.begin(ANSWERS, Duration.ofHours(1), "begun"));
                    return begun.size();
                });
        steps.put(
                "accept",
                () ->
                        attempts.accept(
                                        begun.stream().map(TaskLifeCostTests::acceptance).toList(),
                                        Duration.ZERO)
                                .size());
        steps.put("claim polls", () -> work.claimPolls(ANSWERS, Duration.ZERO).size());
        steps.put("look for work", () -> work.dueCounts(ANSWERS).polls());
        steps.put(
                "count due polls by team",
                () -> {
                    work.duePollsByTeam(ANSWERS).forEach(it -> due.put(it.teamId(), it.due()));
                    return due.values().stream().mapToInt(it -> it).sum();
                });
        steps.put("claim polls by team", () -> work.claimPolls(due, Duration.ZERO).size());
        steps.put(
                "poll again",
                () ->
                        work.pollAgain(
                                        begun.stream()
                                                .collect(
                                                        toMap(
                                                                SubmitAttempt::task,
                                                                _ -> Duration.ZERO)))
                                .size());
        steps.put(
                "succeed",
                () ->
                        results.succeed(begun.stream().map(TaskLifeCostTests::completion).toList())
                                .size());
        steps.put(
                "settle",
                () -> {
                    ledger.settle(
                            begun.stream().map(it -> it.task().value()).toList(),
                            true,
                            Actor.GATEWAY);
                    return ANSWERS;
                });
        return rowsRead(steps, ANSWERS);
    }

    /** By what looks for tasks that somebody has forgotten, and finds none. */
    private Map<String, Long> rowsReadByASweep() {
        WorkQueue work = beans.getBean(WorkQueue.class);
        Map<String, Supplier<Integer>> steps = new LinkedHashMap<>();
        for (WorkKind kind : List.of(WorkKind.SUBMITTING, WorkKind.REFUND)) {
            steps.put("sweep " + kind, () -> work.claimDue(kind, ANSWERS, Duration.ZERO).size());
        }
        steps.put(
                "sweep overdue",
                () -> work.claimOverdue(Duration.ofDays(9), ANSWERS, Duration.ZERO).size());
        steps.put("look for begun", () -> work.submitting().size());
        return rowsRead(steps, 0);
    }

    /** By each step, of which each is for so many tasks. */
    private Map<String, Long> rowsRead(Map<String, Supplier<Integer>> steps, int tasks) {
        Map<String, Long> read = new LinkedHashMap<>();
        steps.forEach((name, step) ->
                read.put(
                        name,
                        connection.rowsRead(
                                () -> assertThat(step.get()).as(name).isEqualTo(tasks))));
        return read;
    }

    /** Tasks of all teams in turn, in the order of their numbers; none is to be polled soon. */
    private void add(String phase, int count) {
        int from = added;
        added += count;
        database.execute(
                """
                set session_replication_role = replica;
                insert into task (id, team_id, key_id, key_name, prompt, request_id, aspect_ratio,
                    duration_seconds, sound, image_urls, preset, credits, price_version, phase, attempt,
                    upstream, created_at)
                select '%1$s' || lpad(n::text, 17, '0'),
                    (select id from team where slug = 'team-' || 1 + n %% %5$d), 1, 'k', 'x', 'r',
                    '16:9', 5, false, '{}', '5s', 65, 1, '%2$s', 0, 'seedance', gateway_now()
                from generate_series(%3$d, %3$d + %4$d - 1) n;
                create temporary table added as
                select t.*, m.slug, n from generate_series(%3$d, %3$d + %4$d - 1) n
                join task t on t.id = '%1$s' || lpad(n::text, 17, '0') join team m on m.id = t.team_id;
                insert into ledger_entry (kind, team_id, debit, credit, credits, period, from_quota,
                    from_top_ups, task_id, actor, team_slug, preset, upstream)
                select 'reserve', team_id, 'team', 'held', 65, '2025-01-01', 65, 0, id, 'test', slug, '5s',
                    upstream
                from added;
                insert into work (task_id, kind, team_id, due_at, credits, queued_at)
                select id, case phase when 'QUEUED' then 'submit' else 'poll' end, team_id,
                    case phase when 'QUEUED' then gateway_now() else gateway_now() + interval '1 day' end, 65,
                    gateway_now() - interval '1 day' + n * interval '1 second'
                from added where phase in ('QUEUED', 'RENDERING');
                insert into vendor_job (upstream, upstream_task_id, task_id, team_id, attempt, credits, charged)
                select upstream, id || 'job', id, team_id, 1, 65, 65 from added where phase = 'SUCCEEDED'
                """
                        .formatted(ID, phase, from, count, TEAMS));
    }

    private static Acceptance acceptance(SubmitAttempt attempt) {
        return new Acceptance(
                attempt, new SubmitAnswer.Accepted("job-" + attempt.task().value(), "taken"));
    }

    private static Completion completion(SubmitAttempt attempt) {
        return new Completion(
                new DuePoll(
                        attempt.task(),
                        "job-" + attempt.task().value(),
                        Duration.ZERO,
                        attempt.team(),
                        null),
                new PollAnswer.Succeeded(List.of("https://example.com/1.mp4"), 65L, "done"));
    }
}
