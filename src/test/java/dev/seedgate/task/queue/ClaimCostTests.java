package dev.seedgate.task.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.Explained;
import dev.seedgate.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.SqlArrayValue;

/**
 * The pages of the database that a claim reads, with a backlog that the planner's statistics don't
 * know of yet: they are from when nothing waited, as after a quiet night.
 */
class ClaimCostTests {

    private static final int TASKS = 10_000;
    private static final int TEAMS = 20;
    private static final int CLAIMED = 8;

    // A claim looks into an index for each team, and reads and moves a few rows for each task. To
    // read all that wait takes four pages each.
    private static final int MOST_PAGES = 50 * (TEAMS + CLAIMED);

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void readsWhatItClaimsAndNotTheBacklog(boolean ofTheNextTeams) {
        TestDatabase database = TestDatabase.create();
        database.execute(
                "insert into team (slug, name, monthly_quota, created_at) select 'team-' || n, 'x', 1000000, now() from generate_series(1, "
                        + TEAMS
                        + ") n");
        add(database, "ended", "SUCCEEDED");
        database.execute(
                "analyze; alter table task set (autovacuum_enabled = off); alter table work set (autovacuum_enabled = off)");
        add(database, "waits", "QUEUED");
        database.execute(
                "insert into work (task_id, kind, team_id, due_at, credits) select id, 'submit', team_id, gateway_now(), 65 from task where phase = 'QUEUED'");

        JdbcClient jdbc = JdbcClient.create(database.dataSource());
        List<Long> teams = new WorkQueue(jdbc).nextTeams(TEAMS);
        assertThat(teams).hasSize(TEAMS);
        String claim =
                ofTheNextTeams
                        ? WorkQueue.claimSubmitsOfTeams(CLAIMED)
                        : WorkQueue.claimSubmits(CLAIMED);
        String plan =
                jdbc.sql(
                                "explain (analyze, buffers, timing off, format json) "
                                        + claim
                                        + " select task_id from claimed")
                        .param("teams", new SqlArrayValue("bigint", teams.toArray()))
                        .param("lease", WorkQueue.interval(Duration.ofMinutes(1)))
                        .query(String.class)
                        .single();

        assertThat(database.text("select count(*) from work where kind = 'sent'"))
                .isEqualTo(String.valueOf(CLAIMED));
        assertThat(Explained.pages(plan)).as(plan).isLessThan(MOST_PAGES);
    }

    private static void add(TestDatabase database, String name, String phase) {
        database.execute(
                """
                set session_replication_role = replica;
                insert into task (id, team_id, key_id, key_name, prompt, request_id, aspect_ratio,
                    duration_seconds, sound, image_urls, preset, credits, price_version, phase, upstream, created_at)
                select 'sd15p_%s' || n, (select min(id) from team) + n %% %d, 1, 'k', 'x', 'r',
                    '16:9', 5, false, '{}', '5s', 65, 1, '%s', 'seedance', gateway_now()
                from generate_series(1, %d) n
                """
                        .formatted(name, TEAMS, phase, TASKS));
    }
}
