package dev.seedgate.task.lifecycle;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.credit.ledger.Ledger;
import dev.seedgate.platform.telemetry.TeamMetrics;
import dev.seedgate.platform.telemetry.TelemetrySettings;
import dev.seedgate.platform.values.Actor;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.task.queue.DuePoll;
import dev.seedgate.task.queue.WorkQueue;
import dev.seedgate.testing.TestDatabase;
import dev.seedgate.vendor.contract.ClipRequest;
import dev.seedgate.vendor.contract.PollAnswer;
import dev.seedgate.vendor.contract.SubmitAnswer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The rows that a task's life reads after its create when PostgreSQL has planned its statements on
 * an empty database, as a new gateway's first calls have it do, and much has come since. A plan is
 * kept until the statistics change, which is when autovacuum comes by.
 */
class TaskLifeCostTests {

    private static final String ID = "sd15p_";
    private static final int STORED = 20_000;
    private static final int ANSWERS = 8;

    // The task, its due work, its job, its charge and what is counted of it, each once or twice.
    private static final long MOST_ROWS = 20 * ANSWERS;

    private final TestDatabase database = TestDatabase.create();
    private final AnnotationConfigApplicationContext beans =
            new AnnotationConfigApplicationContext();
    private SingleConnectionDataSource connection;
    private JdbcClient jdbc;
    private TransactionTemplate transaction;

    @BeforeEach
    void connect() throws SQLException, IOException {
        for (String table : List.of("task", "work", "vendor_job", "task_event", "ledger_entry")) {
            database.execute("alter table " + table + " set (autovacuum_enabled = off)");
        }
        database.execute(
                "insert into team (slug, name, created_at) values ('team', 'Team', now()); "
                        + "insert into account (team_id, period, in_flight) select id, '2025-01-01', 1000 from team "
                        + "on conflict (team_id) do update set in_flight = 1000");
        Connection one = database.dataSource().getConnection();
        // From the first call on, what is else begun with the sixth.
        one.unwrap(PGConnection.class).setPrepareThreshold(1);
        connection = new SingleConnectionDataSource(one, true);
        jdbc = JdbcClient.create(connection);
        jdbc.sql(settingsOfConnections()).update();
        jdbc.sql("set plan_cache_mode = force_generic_plan").update();
        transaction = new TransactionTemplate(new JdbcTransactionManager(connection));
        beans.registerBean(JdbcClient.class, () -> jdbc);
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
        connection.destroy();
    }

    @Test
    void readsWhatIsAnsweredAndNotAllThereIs() {
        assertThat(rowsReadByALife(1)).allSatisfy(TaskLifeCostTests::isFew);
        add(100, STORED, "SUCCEEDED");
        assertThat(rowsReadByALife(2)).allSatisfy(TaskLifeCostTests::isFew);
    }

    private static void isFew(String step, long rows) {
        assertThat(rows).as(step).isBetween((long) ANSWERS, MOST_ROWS);
    }

    /** By step, for so many tasks at once. */
    private Map<String, Long> rowsReadByALife(int life) {
        SubmitAttempts attempts = beans.getBean(SubmitAttempts.class);
        RenderResults results = beans.getBean(RenderResults.class);
        Ledger ledger = beans.getBean(Ledger.class);
        WorkQueue work = beans.getBean(WorkQueue.class);
        int from = life * ANSWERS;
        add(from, ANSWERS, "QUEUED");
        Map<TaskId, Duration> atOnce =
                numbers(from)
                        .map(TaskLifeCostTests::task)
                        .collect(toMap(it -> it, _ -> Duration.ZERO));
        long team = Long.parseLong(database.text("select id from team"));
        Map<String, Supplier<Integer>> steps = new LinkedHashMap<>();
        steps.put("begin", () -> attempts.begin(ANSWERS, Duration.ofHours(1), "begun").size());
        steps.put(
                "accept",
                () ->
                        attempts.accept(
                                        numbers(from).map(TaskLifeCostTests::acceptance).toList(),
                                        Duration.ZERO)
                                .size());
        steps.put("claim polls", () -> work.claimPolls(ANSWERS, Duration.ZERO).size());
        steps.put("poll again", () -> work.pollAgain(atOnce).size());
        steps.put(
                "claim polls of a team",
                () -> work.claimPolls(Map.of(team, ANSWERS), Duration.ZERO).size());
        steps.put(
                "succeed",
                () ->
                        results.succeed(numbers(from).map(TaskLifeCostTests::completion).toList())
                                .size());
        steps.put(
                "settle",
                () -> {
                    ledger.settle(
                            atOnce.keySet().stream().map(TaskId::value).toList(),
                            true,
                            Actor.GATEWAY);
                    return ANSWERS;
                });
        Map<String, Long> read = new LinkedHashMap<>();
        steps.forEach((name, step) ->
                read.put(
                        name,
                        transaction.execute(_ -> {
                            long before = rowsRead();
                            assertThat(step.get()).as(name).isEqualTo(ANSWERS);
                            return rowsRead() - before;
                        })));
        return read;
    }

    /** By this transaction, whatever the way to them. */
    private long rowsRead() {
        return jdbc.sql(
                        """
                        select coalesce(sum(seq_tup_read), 0) + coalesce(sum(idx_tup_fetch), 0)
                        from pg_stat_xact_user_tables
                        """)
                .query(Long.class)
                .single();
    }

    /** The gateway's own. */
    private static String settingsOfConnections() throws IOException {
        return String.valueOf(
                new YamlPropertySourceLoader()
                        .load("application", new ClassPathResource("application.yaml"))
                        .getFirst()
                        .getProperty("spring.datasource.hikari.connection-init-sql"));
    }

    private void add(int from, int count, String phase) {
        database.execute(
                """
                set session_replication_role = replica;
                insert into task (id, team_id, key_id, key_name, prompt, request_id, aspect_ratio,
                    duration_seconds, sound, image_urls, preset, credits, price_version, phase, attempt,
                    upstream, created_at)
                select '%1$s' || lpad(n::text, 17, '0'), (select id from team), 1, 'k', 'x', 'r',
                    '16:9', 5, false, '{}', '5s', 65, 1, '%2$s', 0, 'seedance', gateway_now()
                from generate_series(%3$d, %3$d + %4$d - 1) n;
                create temporary table added as
                select * from task where phase = '%2$s' and id >= '%1$s' || lpad('%3$d', 17, '0');
                insert into ledger_entry (kind, team_id, debit, credit, credits, period, from_quota,
                    from_top_ups, task_id, actor, team_slug, preset, upstream)
                select 'reserve', team_id, 'team', 'held', 65, '2025-01-01', 65, 0, id, 'test', 'team', '5s',
                    upstream
                from added;
                insert into work (task_id, kind, team_id, due_at, credits)
                select id, case phase when 'QUEUED' then 'submit' else 'poll' end, team_id,
                    case phase when 'QUEUED' then gateway_now() else gateway_now() + interval '1 day' end, 65
                from added;
                insert into vendor_job (upstream, upstream_task_id, task_id, team_id, attempt, credits, charged)
                select upstream, id || 'job', id, team_id, 1, 65, 65 from added where phase = 'SUCCEEDED'
                """
                        .formatted(ID, phase, from, count));
    }

    private static Stream<Integer> numbers(int from) {
        return IntStream.range(from, from + ANSWERS).boxed();
    }

    private static TaskId task(int number) {
        return new TaskId(ID + "%017d".formatted(number));
    }

    private static Acceptance acceptance(int number) {
        return new Acceptance(
                new SubmitAttempt(
                        task(number),
                        1,
                        new ClipRequest("x", "16:9", 5, false, List.of()),
                        "team",
                        null),
                new SubmitAnswer.Accepted("job-" + number, "taken"));
    }

    private static Completion completion(int number) {
        return new Completion(
                new DuePoll(task(number), "job-" + number, Duration.ZERO, "team", null),
                new PollAnswer.Succeeded(List.of("https://example.com/1.mp4"), 65L, "done"));
    }
}
