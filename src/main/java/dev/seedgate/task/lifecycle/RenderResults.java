package dev.seedgate.task.lifecycle;

import dev.seedgate.platform.database.SqlInstants;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.task.queue.WorkQueue;
import dev.seedgate.vendor.contract.ClipRequest;
import dev.seedgate.vendor.contract.PollAnswer;
import dev.seedgate.vendor.contract.PromptRedactor;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.SqlArrayValue;
import org.springframework.stereotype.Repository;

/**
 * The results of renders, as rows: a success is one statement for the task, its due work and its
 * event together. Verbs join the caller's transaction.
 */
@Repository
class RenderResults {

    private static final String SUCCEED =
            """
            with ended as (
                update task
                set phase = '%s', response = :urls, upstream_credits = :credits, finished_at = gateway_now()
                where id = :task and phase = '%s' and upstream_task_id = :upstreamTask
                returning id, team_id, phase, attempt, trace_parent, accepted_at, finished_at
            ), gone as (
                %s
            ), noted as (
                %s
            )
            select team_id, trace_parent, accepted_at, finished_at from ended
            """
                    .formatted(
                            Phase.SUCCEEDED,
                            Phase.RENDERING,
                            WorkQueue.REMOVE_SENT,
                            TaskEvents.addTo("ended"));

    private final JdbcClient jdbc;

    RenderResults(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Records that a task which renders as this job has succeeded; its charge is the caller's.
     *
     * @return empty when it does not render as this job any more, and nothing is written
     */
    Optional<Rendered> succeed(TaskId task, String upstreamTaskId, PollAnswer.Succeeded answer) {
        return jdbc.sql(SUCCEED)
                .param("task", task.value())
                .param("upstreamTask", upstreamTaskId)
                .param("urls", new SqlArrayValue("text", answer.urls().toArray()))
                .param("credits", answer.credits())
                .param("evidence", redact(task, answer.evidence()))
                .query((row, _) ->
                        new Rendered(
                                row.getLong("team_id"),
                                row.getString("trace_parent"),
                                Duration.between(
                                        SqlInstants.get(row, "accepted_at"),
                                        SqlInstants.get(row, "finished_at"))))
                .optional();
    }

    /** Evidence is kept longer than the prompt, which never changes. */
    private String redact(TaskId task, String evidence) {
        return jdbc.sql(
                        """
                        select prompt, aspect_ratio, duration_seconds, sound, image_urls from task
                        where id = :task and prompt is not null
                        """)
                .param("task", task.value())
                .query((row, _) -> PromptRedactor.redact(evidence, clip(row)))
                .optional()
                .orElse(evidence);
    }

    /** The clip of a row of tasks that has its prompt. */
    static ClipRequest clip(ResultSet row) throws SQLException {
        return new ClipRequest(
                row.getString("prompt"),
                row.getString("aspect_ratio"),
                row.getInt("duration_seconds"),
                row.getBoolean("sound"),
                List.of((String[]) row.getArray("image_urls").getArray()));
    }

    /** A task that has just succeeded, after so long at the vendor. */
    record Rendered(long teamId, @Nullable String traceParent, Duration rendering) {}
}
