package dev.seedgate.task.lifecycle;

import dev.seedgate.platform.database.SqlArrays;
import dev.seedgate.platform.database.SqlInstants;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.task.queue.WorkQueue;
import dev.seedgate.vendor.contract.PromptRedactor;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * The attempts to send tasks, as rows: what every task goes through is one statement for its task,
 * due work and event together, however many tasks begin at once. Verbs join the caller's
 * transaction.
 */
@Repository
class SubmitAttempts {

    private static final String BEGIN =
            """
            , begun as (
                update task t set phase = '%s', attempt = t.attempt + 1
                from claimed c where t.id = c.task_id
                returning t.*
            ), noted as (
                insert into task_event (task_id, team_id, phase, attempt, evidence, attempt_token)
                select id, team_id, phase, attempt, :evidence, :token from begun
            )
            select b.id, b.attempt, b.prompt, b.aspect_ratio, b.duration_seconds, b.sound, b.image_urls,
                   b.trace_parent, m.slug
            from begun b join claimed c on c.task_id = b.id join team_limits m on m.id = b.team_id
            order by c.start_tag, b.id
            """
                    .formatted(Phase.SUBMITTING);

    private static final String ACCEPT =
            """
            with answered as (
                select t.id, t.phase, t.attempt, a.attempt as sent, a.job, a.evidence
                from unnest((select :tasks), (select :attempts), (select :jobs), (select :evidence)) as a (task_id, attempt, job, evidence)
                    join task t on t.id = a.task_id
                for no key update of t skip locked
            ), accepted as (
                update task t
                set phase = '%s', upstream_task_id = a.job, accepted_at = gateway_now()
                from answered a
                where t.id = a.id and a.phase = '%s' and a.attempt = a.sent
                    -- No anti-join: planned while there were no jobs, it would read all there are, again and again.
                    and (select j.upstream_task_id from vendor_job j
                         where j.upstream = t.upstream and j.upstream_task_id = a.job) is null
                returning t.id, t.team_id, t.phase, t.attempt, t.created_at, t.accepted_at, a.evidence
            ), polled as (
                %s
            ), noted as (
                %s
            )
            select id, created_at, accepted_at from accepted
            """
                    .formatted(
                            Phase.RENDERING,
                            Phase.SUBMITTING,
                            WorkQueue.FIRST_POLL,
                            TaskEvents.addTo("accepted"));

    private final JdbcClient jdbc;
    private final WorkQueue work;

    SubmitAttempts(JdbcClient jdbc, WorkQueue work) {
        this.jdbc = jdbc;
        this.work = work;
    }

    /**
     * Begins to send tasks whose turn it is, by the fair share of their teams.
     *
     * @param lease after it, the sender must be dead
     * @param token unlike that of any other begin, to find these again by
     */
    List<SubmitAttempt> begin(int limit, Duration lease, String token) {
        return begin(jdbc.sql(WorkQueue.claimSubmits(limit) + BEGIN), lease, token);
    }

    /** The same for tasks of these teams alone. */
    List<SubmitAttempt> begin(List<Long> teams, int limit, Duration lease, String token) {
        return begin(
                jdbc.sql(WorkQueue.claimSubmitsOfTeams(limit) + BEGIN)
                        .param("teams", SqlArrays.column("bigint", teams, it -> it)),
                lease,
                token);
    }

    /** Begins to send the task that tries whether the account works again. */
    List<SubmitAttempt> beginProbe(Duration lease, String token) {
        return begin(jdbc.sql(WorkQueue.CLAIM_PROBE + BEGIN), lease, token);
    }

    private static List<SubmitAttempt> begin(
            JdbcClient.StatementSpec claim, Duration lease, String token) {
        return claim.param("lease", WorkQueue.interval(lease))
                .param("evidence", "begun as " + token)
                .param("token", token)
                .query((row, _) -> attempt(row))
                .list();
    }

    private static SubmitAttempt attempt(ResultSet row) throws SQLException {
        return new SubmitAttempt(
                new TaskId(row.getString("id")),
                row.getInt("attempt"),
                RenderResults.clip(row),
                row.getString("slug"),
                row.getString("trace_parent"));
    }

    /** The tasks that may have begun with this token: those that somebody is sending. */
    List<TaskId> perhapsBegunAs(String token) {
        return jdbc.sql(
                        """
                        select e.task_id from task_event e
                        where e.task_id = any (:tasks) and e.attempt_token = :token
                        order by e.task_id
                        """)
                .param("tasks", SqlArrays.column("text", work.submitting(), TaskId::value))
                .param("token", token)
                .query((row, _) -> new TaskId(row.getString("task_id")))
                .list();
    }

    /**
     * Records that the vendor took attempts as these jobs: of each that is its task's latest, if
     * nobody has decided otherwise and no task has the job. Waits for nobody: a task that is locked
     * is left out.
     *
     * @return how long the tasks have waited; nothing is written for those that are not in it
     */
    Map<TaskId, Duration> accept(Collection<Acceptance> acceptances, Duration firstPollAfter) {
        Map<TaskId, Duration> waited = new HashMap<>();
        jdbc.sql(ACCEPT)
                .param(
                        "tasks",
                        SqlArrays.column("text", acceptances, it -> it.attempt().task().value()))
                .param(
                        "attempts",
                        SqlArrays.column("int", acceptances, it -> it.attempt().number()))
                .param(
                        "jobs",
                        SqlArrays.column("text", acceptances, it -> it.answer().upstreamTaskId()))
                .param(
                        "evidence",
                        SqlArrays.column(
                                "text",
                                acceptances,
                                it ->
                                        PromptRedactor.redact(
                                                it.answer().evidence(), it.attempt().clip())))
                .param("delay", WorkQueue.interval(firstPollAfter))
                .query(row -> {
                    waited.put(
                            new TaskId(row.getString("id")),
                            Duration.between(
                                    SqlInstants.get(row, "created_at"),
                                    SqlInstants.get(row, "accepted_at")));
                });
        return waited;
    }
}
