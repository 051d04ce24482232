package dev.seedgate.task.lifecycle;

import dev.seedgate.platform.database.SqlInstants;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.task.queue.WorkQueue;
import dev.seedgate.vendor.contract.PromptRedactor;
import dev.seedgate.vendor.contract.SubmitAnswer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.SqlArrayValue;
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
            with accepted as (
                update task t
                set phase = '%s', upstream_task_id = :upstreamTask, accepted_at = gateway_now()
                where t.id = :task and t.phase = '%s' and t.attempt = :attempt
                    and not exists (select from vendor_job j
                        where j.upstream = t.upstream and j.upstream_task_id = :upstreamTask)
                returning t.id, t.team_id, t.phase, t.attempt, t.created_at, t.accepted_at
            ), polled as (
                %s
            ), noted as (
                %s
            )
            select created_at, accepted_at from accepted
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
        return begin(WorkQueue.claimSubmits(limit), lease, token);
    }

    /** Begins to send the task that tries whether the account works again. */
    List<SubmitAttempt> beginProbe(Duration lease, String token) {
        return begin(WorkQueue.CLAIM_PROBE, lease, token);
    }

    private List<SubmitAttempt> begin(String claim, Duration lease, String token) {
        return jdbc.sql(claim + BEGIN)
                .param("lease", WorkQueue.interval(lease))
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
                .param(
                        "tasks",
                        new SqlArrayValue(
                                "text", work.submitting().stream().map(TaskId::value).toArray()))
                .param("token", token)
                .query((row, _) -> new TaskId(row.getString("task_id")))
                .list();
    }

    /**
     * Records that the vendor took the attempt as this job, if it is the task's latest and nobody
     * has decided otherwise, and no task has the job.
     *
     * @return how long the task has waited; empty when it is not so, and nothing is written
     */
    Optional<Duration> accept(
            SubmitAttempt attempt, SubmitAnswer.Accepted answer, Duration firstPollAfter) {
        return jdbc.sql(ACCEPT)
                .param("task", attempt.task().value())
                .param("attempt", attempt.number())
                .param("upstreamTask", answer.upstreamTaskId())
                .param("delay", WorkQueue.interval(firstPollAfter))
                .param("evidence", PromptRedactor.redact(answer.evidence(), attempt.clip()))
                .query((row, _) ->
                        Duration.between(
                                SqlInstants.get(row, "created_at"),
                                SqlInstants.get(row, "accepted_at")))
                .optional();
    }
}
