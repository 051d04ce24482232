package dev.seedgate.task.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.support.SqlArrayValue;
import org.springframework.transaction.support.TransactionTemplate;

/** Which tasks are claimed: of the teams whose turn is next the same as of all teams. */
class ClaimOrderTests {

    private static final String TASK = "sd15p_0000000000";
    private static final int TEAMS = 40;
    private static final int CLAIM = 8;
    private static final int CLAIMS = 3;

    private static final TestDatabase DATABASE = TestDatabase.create();

    private final JdbcClient jdbc = JdbcClient.create(DATABASE.dataSource());
    private final WorkQueue work = new WorkQueue(jdbc);

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9})
    void claimsOfTheNextTeamsWhatItWouldOfAll(double seed) {
        fill(seed);
        List<String> ofAll = claims(WorkQueue.claimSubmits(CLAIM), List.of());
        List<Long> next = work.nextTeams(CLAIM * CLAIMS);
        List<String> ofNext = claims(WorkQueue.claimSubmitsOfTeams(CLAIM), next);
        assertThat(next).hasSizeLessThan(teamsThatWait());
        assertThat(ofAll).hasSize(CLAIM * CLAIMS).doesNotHaveDuplicates();
        assertThat(ofNext).isEqualTo(ofAll);
    }

    @Test
    void claimsNothingOfATeamThatWasNotAskedForOrIsSuspended() {
        fill(0.5);
        long suspended = work.nextTeams(2).getFirst();
        long other = work.nextTeams(2).getLast();
        DATABASE.execute("update team set suspended = true where id = " + suspended);
        assertThat(work.nextTeams(TEAMS)).doesNotContain(suspended);
        assertThat(claims(WorkQueue.claimSubmitsOfTeams(CLAIM), List.of(suspended, other)))
                .isNotEmpty()
                .allSatisfy(task -> assertThat(task).startsWith(TASK + other + "x"));
    }

    /** Teams of several weights and with some tasks each, some of which were served before. */
    private static void fill(double seed) {
        DATABASE.execute(
                """
                set session_replication_role = replica;
                select setseed(%3$s);
                truncate team, task, work, queue_share cascade;
                insert into team (slug, name, weight, monthly_quota, created_at)
                select 'team-' || n, 'x', 1 + n %% 3, 1000000, now() from generate_series(1, %1$d) n;
                update fair_queue set virtual_time = 500;
                insert into queue_share (team_id, finish_tag)
                select id, random() * 1500 from team where random() < 0.7;
                insert into task (id, team_id, key_id, key_name, prompt, request_id, aspect_ratio,
                    duration_seconds, sound, image_urls, preset, credits, price_version, phase, upstream, created_at)
                select '%2$s' || t.id || 'x' || n, t.id, 1, 'k', 'x', 'r', '16:9', 5, false, '{}', '5s',
                    (array[65, 130, 220])[1 + floor(random() * 3)::int], 1, 'QUEUED', 'seedance', now()
                from team t cross join lateral generate_series(1, 1 + floor(random() * 6 + 0 * t.id)::int) n;
                insert into work (task_id, kind, team_id, due_at, credits)
                select id, 'submit', team_id, now() - interval '1 minute', credits from task
                """
                        .formatted(TEAMS, TASK, seed));
    }

    /** What so many claims take one after the other; nothing of it stays. */
    private List<String> claims(String claim, List<Long> teams) {
        return Objects.requireNonNull(
                new TransactionTemplate(new DataSourceTransactionManager(DATABASE.dataSource()))
                        .execute(transaction -> {
                            List<String> tasks = new ArrayList<>();
                            for (int i = 0; i < CLAIMS; i++) {
                                tasks.addAll(
                                        jdbc.sql(
                                                        claim
                                                                + " select task_id from claimed order by start_tag, task_id")
                                                .param(
                                                        "lease",
                                                        WorkQueue.interval(Duration.ofMinutes(1)))
                                                .param(
                                                        "teams",
                                                        new SqlArrayValue(
                                                                "bigint", teams.toArray()))
                                                .query(String.class)
                                                .list());
                            }
                            transaction.setRollbackOnly();
                            return tasks;
                        }));
    }

    private static int teamsThatWait() {
        return Integer.parseInt(DATABASE.text("select count(distinct team_id) from work"));
    }
}
