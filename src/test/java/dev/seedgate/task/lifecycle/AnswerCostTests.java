package dev.seedgate.task.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.platform.values.TaskId;
import dev.seedgate.task.queue.DuePoll;
import dev.seedgate.task.queue.WorkQueue;
import dev.seedgate.testing.TestDatabase;
import dev.seedgate.vendor.contract.ClipRequest;
import dev.seedgate.vendor.contract.PollAnswer;
import dev.seedgate.vendor.contract.SubmitAnswer;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
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
 * The rows that the storing of answers reads when PostgreSQL has planned it on an empty database,
 * as a new gateway's first calls have it do, and much has come since. A plan is kept until the
 * statistics change, which is when autovacuum comes by.
 */
class AnswerCostTests {

    private static final String ID = "sd15p_";
    private static final int STORED = 20_000;
    private static final int ANSWERS = 8;

    // The task, its due work, its job and what is counted of it, each once or twice.
    private static final int MOST_ROWS = 20 * ANSWERS;

    private final TestDatabase database = TestDatabase.create();
    private SingleConnectionDataSource connection;
    private JdbcClient jdbc;
    private TransactionTemplate transaction;

    @BeforeEach
    void connect() throws SQLException, IOException {
        Connection one = database.dataSource().getConnection();
        // From the first call on, what is else begun with the sixth.
        one.unwrap(PGConnection.class).setPrepareThreshold(1);
        connection = new SingleConnectionDataSource(one, true);
        jdbc = JdbcClient.create(connection);
        jdbc.sql(settingsOfConnections()).update();
        jdbc.sql("set plan_cache_mode = force_generic_plan").update();
        transaction = new TransactionTemplate(new JdbcTransactionManager(connection));
        for (String table : List.of("task", "work", "vendor_job", "task_event")) {
            database.execute("alter table " + table + " set (autovacuum_enabled = off)");
        }
        database.execute(
                "insert into team (slug, name, created_at) values ('team', 'Team', now())");
    }

    @AfterEach
    void close() {
        connection.destroy();
    }

    @Test
    void readsWhatIsAnsweredAndNotAllThereIs() {
        try (AnnotationConfigApplicationContext beans = new AnnotationConfigApplicationContext()) {
            beans.registerBean(JdbcClient.class, () -> jdbc);
            beans.register(WorkQueue.class, SubmitAttempts.class, RenderResults.class);
            beans.refresh();
            SubmitAttempts attempts = beans.getBean(SubmitAttempts.class);
            RenderResults results = beans.getBean(RenderResults.class);
            assertThat(rowsReadByALife(1, attempts, results)).isLessThan(MOST_ROWS);
            add(100, STORED, "SUCCEEDED");
            assertThat(rowsReadByALife(2, attempts, results)).isLessThan(MOST_ROWS);
        }
    }

    private long rowsReadByALife(int first, SubmitAttempts attempts, RenderResults results) {
        int from = first * ANSWERS;
        add(from, ANSWERS, "SUBMITTING");
        List<Integer> numbers = IntStream.range(from, from + ANSWERS).boxed().toList();
        long accepting =
                rowsRead(() ->
                        assertThat(
                                        attempts.accept(
                                                numbers.stream()
                                                        .map(AnswerCostTests::acceptance)
                                                        .toList(),
                                                Duration.ofSeconds(5)))
                                .hasSize(ANSWERS));
        long ending =
                rowsRead(() ->
                        assertThat(
                                        results.succeed(
                                                numbers.stream()
                                                        .map(AnswerCostTests::completion)
                                                        .toList()))
                                .hasSize(ANSWERS));
        return Math.max(accepting, ending);
    }

    /** The gateway's own. */
    private static String settingsOfConnections() throws IOException {
        return String.valueOf(
                new YamlPropertySourceLoader()
                        .load("application", new ClassPathResource("application.yaml"))
                        .getFirst()
                        .getProperty("spring.datasource.hikari.connection-init-sql"));
    }

    /** Those of the tables, whatever the way to them. */
    private long rowsRead(Runnable statements) {
        return transaction.execute(_ -> {
            long before = rowsReadByTransaction();
            statements.run();
            return rowsReadByTransaction() - before;
        });
    }

    private long rowsReadByTransaction() {
        return jdbc.sql(
                        """
                        select coalesce(sum(seq_tup_read), 0) + coalesce(sum(idx_tup_fetch), 0)
                        from pg_stat_xact_user_tables
                        """)
                .query(Long.class)
                .single();
    }

    private void add(int from, int count, String phase) {
        database.execute(
                """
                set session_replication_role = replica;
                insert into task (id, team_id, key_id, key_name, prompt, request_id, aspect_ratio,
                    duration_seconds, sound, image_urls, preset, credits, price_version, phase, attempt,
                    upstream, created_at)
                select '%1$s' || lpad(n::text, 17, '0'), (select id from team), 1, 'k', 'x', 'r',
                    '16:9', 5, false, '{}', '5s', 65, 1, '%2$s', 1, 'seedance', gateway_now()
                from generate_series(%3$d, %3$d + %4$d - 1) n;
                insert into work (task_id, kind, team_id, due_at, credits)
                select id, 'sent', team_id, gateway_now(), 65 from task where phase = '%2$s';
                insert into vendor_job (upstream, upstream_task_id, task_id, team_id, attempt, credits, charged)
                select upstream, id || 'job', id, team_id, 1, 65, 65 from task where phase = '%2$s' and phase = 'SUCCEEDED'
                """
                        .formatted(ID, phase, from, count));
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
