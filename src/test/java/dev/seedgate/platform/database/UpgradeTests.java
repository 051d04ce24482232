package dev.seedgate.platform.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seedgate.testing.TestDatabase;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What older versions left, and what their instances write beside a new one. */
class UpgradeTests {

    private static final String TAKEN =
            "select (select coalesce(sum(taken), 0) from pool_day) + (select coalesce(sum(credits), 0) from pool_movement)";

    private final TestDatabase database = TestDatabase.createEmpty();
    private long takenBefore;

    @BeforeEach
    void upgrade() {
        Flyway.configure()
                .configuration(database.flyway().getConfiguration())
                .target("15")
                .skipDefaultCallbacks(true)
                .load()
                .migrate();
        database.execute("insert into installation (billing_zone) values ('UTC')");
        database.execute(
                "insert into team (slug, name, created_at) values ('t', 't', '2026-01-01')");
        database.execute(
                """
                insert into audit_entry (at, actor, action, object, before, after) values
                    ('2026-01-01', 'a', 'team.create', 'team:t', null,
                     '{"name":"first","costCenter":null,"monthlyQuota":5}'),
                    ('2026-02-01', 'a', 'team.change', 'team:t',
                     '{"name":"first","costCenter":null,"monthlyQuota":5}',
                     '{"name":"second","costCenter":"CC","monthlyQuota":5}'),
                    ('2026-02-02', 'a', 'team.suspend', 'team:t',
                     '{"name":"second","costCenter":"CC","monthlyQuota":5}',
                     '{"name":"second","costCenter":"CC","monthlyQuota":5}'),
                    ('2026-03-01', 'a', 'team.change', 'team:t',
                     '{"name":"second","costCenter":"CC","monthlyQuota":5}',
                     '{"name":"t","costCenter":null,"monthlyQuota":null}')\
                """);
        task("right", "'SUCCEEDED'", "'up-right'", "65", false);
        task("dear", "'SUCCEEDED'", "'up-dear'", "100", false);
        task("failed", "'FAILED'", "'up-failed'", "0", false);
        task("untold", "'FAILED'", "'up-untold'", "null", false);
        task("renders", "'RENDERING'", "'up-renders'", "null", false);
        task("unknown", "'UNCERTAIN'", "null", "null", false);
        task("given-up", "'FAILED'", "null", "null", true);
        task("queued", "'QUEUED'", "null", "null", false);
        task("twice", "'SUCCEEDED'", "'up-twice'", "65", false);
        event("twice", "'SUCCEEDED'", 1, "null", "a late id up-twice-late: 2026 accepted");
        task("again", "'SUCCEEDED'", "'up-again'", "65", false);
        event(
                "again",
                "'RENDERING'",
                2,
                "null",
                "answer to attempt 1: 2026 POST /api/generate, after 9 ms HTTP 200, application/json: {\"code\":200,\"data\":{\"task_id\":\"up-again-first\"}}");
        event("again", "'RENDERING'", 2, "null", "answer to attempt 1: not sent: refused");
        task("attached", "'SUCCEEDED'", "'up-attached'", "65", false);
        event(
                "attached",
                "'RENDERING'",
                1,
                "null",
                "2026 POST /api/generate, after 9 ms HTTP 200: {\"code\":200,\"data\":{\"task_id\":\"up-lost\"}}");
        event(
                "attached",
                "'RENDERING'",
                1,
                "'found at the video service'",
                "admin:a attached up-attached: because");
        event(
                "unknown",
                "'UNCERTAIN'",
                1,
                "null",
                "the id belongs to another task: HTTP 200: {\"data\":{\"task_id\":\"up-right\"}}");
        takenBefore = Long.parseLong(database.text(TAKEN));
        database.migrated();
    }

    @Test
    void makesARowOfEveryIdThatIsKnown() {
        assertThat(
                        database.rows(
                                "select upstream_task_id || ' ' || task_id || ' ' || attempt || ' ' || taken || ' ' || charged || ' ' || (drifted_at is not null) from vendor_job order by 1"))
                .containsExactly(
                        "up-again again 1 65 65 false",
                        "up-again-first again 1 65 0 true",
                        "up-attached attached 1 65 65 false",
                        "up-dear dear 1 100 65 true",
                        "up-failed failed 1 0 0 false",
                        "up-lost attached 1 65 0 true",
                        "up-renders renders 1 65 65 false",
                        "up-right right 1 65 65 false",
                        "up-twice twice 1 65 65 false",
                        "up-twice-late twice 1 65 0 true",
                        "up-untold untold 1 65 0 true");
        assertThat(Long.parseLong(database.text(TAKEN)))
                .as("what was counted before, and three second ids")
                .isEqualTo(takenBefore + 3 * 65);
        assertThat(database.text(TAKEN))
                .isEqualTo(
                        database.text(
                                "select (select sum(taken) from vendor_job) + (select sum(vendor_perhaps_took(t)) from task t)"));
    }

    /** Bills of months that are over went by the audit log, once. */
    @Test
    void makesVersionsOfATeamFromTheAuditLogAndKeepsThem() {
        String versions =
                "select concat_ws(' ', valid_from::date, name, cost_center, monthly_quota) from team_version where team_id = 1 order by valid_from, id";
        assertThat(database.rows(versions))
                .containsExactly("2026-01-01 first 5", "2026-02-01 second CC 5", "2026-03-01 t");
        TestDatabase application = database.as(TestDatabase.APPLICATION);
        application.execute("update team set suspended = true");
        assertThat(database.rows(versions)).hasSize(3);
        application.execute("update team set monthly_quota = 7");
        assertThat(database.rows(versions)).hasSize(4).last().asString().endsWith(" t 7");
        application.execute("insert into team (slug, name, created_at) values ('u', 'U', now())");
        assertThat(
                        database.rows(
                                "select v.name from team_version v join team t on t.id = v.team_id where slug = 'u'"))
                .containsExactly("U");
    }

    @Test
    void saysTheTeamOfEveryEvent() {
        assertThat(
                        database.rows(
                                "select distinct e.team_id = t.team_id from task_event e join task t on t.id = e.task_id"))
                .containsExactly("t");
    }

    /** The version before knows no jobs and no team of an event, and works on beside this one. */
    @Test
    void keepsTheJobsOfWhatAnInstanceOfTheVersionBeforeWrites() {
        TestDatabase application = database.as(TestDatabase.APPLICATION);
        task("old", "'SUBMITTING'", "null", "null", false);
        application.execute(
                "update task set phase = 'RENDERING', upstream_task_id = 'up-old' where id = 'old'");
        application.execute(
                "insert into task_event (task_id, phase, attempt) values ('old', 'RENDERING', 1)");
        assertThat(database.text("select team_id from task_event where task_id = 'old'"))
                .isEqualTo("1");
        application.execute(
                "update task set phase = 'FAILED', upstream_credits = 0, finished_at = now() where id = 'old'");
        assertThat(
                        database.rows(
                                "select taken || ' ' || charged from vendor_job where task_id = 'old'"))
                .containsExactly("0 0");
        task("thief", "'SUBMITTING'", "null", "null", false);
        assertThatThrownBy(() ->
                        application.execute(
                                "update task set phase = 'RENDERING', upstream_task_id = 'up-twice-late' where id = 'thief'"))
                .hasStackTraceContaining("the upstream's id is that of another task");
    }

    /** Whatever is divided by teams one day can be: the team is in each of its unique keys. */
    @Test
    void hasTheTeamInTheKeysOfTheQueueAndTheLedger() {
        for (String index : List.of("work_pkey", "ledger_entry_once", "idempotency_key_pkey")) {
            assertThat(
                            database.text(
                                    "select indexdef from pg_indexes where indexname = '%s'"
                                            .formatted(index)))
                    .startsWith("CREATE UNIQUE INDEX")
                    .contains("team_id");
        }
    }

    private void task(
            String id, String phase, String upstreamId, String upstreamCredits, boolean givenUp) {
        database.execute(
                "insert into task (id, team_id, key_id, key_name, request_id, aspect_ratio, duration_seconds, sound, image_urls, preset, credits, price_version, phase, attempt, upstream, upstream_task_id, upstream_credits, given_up, created_at) values ('%s', 1, 1, 'k', 'r', '16:9', 5, false, '{}', '5s', 65, 1, %s, 1, 'seedance', %s, %s, %s, gateway_now())"
                        .formatted(id, phase, upstreamId, upstreamCredits, givenUp));
    }

    private void event(String task, String phase, int attempt, String note, String text) {
        database.execute(
                "insert into task_event (task_id, phase, attempt, note, evidence) values ('%s', %s, %d, %s, '%s')"
                        .formatted(task, phase, attempt, note, text));
    }
}
