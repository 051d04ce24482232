package dev.seedgate.task.lifecycle;

import dev.seedgate.platform.database.SqlArrays;
import dev.seedgate.platform.database.SqlInstants;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.task.queue.WorkQueue;
import dev.seedgate.vendor.contract.ClipRequest;
import dev.seedgate.vendor.contract.PromptRedactor;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.SqlArrayValue;
import org.springframework.stereotype.Repository;

/**
 * The results of renders, as rows: a success is one statement for the task, its due work and its
 * event together, however many tasks succeed at once. Verbs join the caller's transaction.
 */
@Repository
class RenderResults {

    private static final String SUCCEED =
            """
            with answered as (
                select t.id, t.phase, t.upstream_task_id, a.job, a.credits, a.evidence
                from unnest((select :tasks), (select :jobs), (select :credits), (select :evidence)) as a (task_id, job, credits, evidence)
                    join task t on t.id = a.task_id
                for no key update of t skip locked
            ), ended as (
                update task t
                set phase = '%s', upstream_credits = a.credits, finished_at = gateway_now(),
                    response = array(
                        select u.url from unnest((select :owners), (select :urls)) with ordinality as u (task_id, url, place)
                        where u.task_id = a.id order by u.place)
                from answered a
                where t.id = a.id and a.phase = '%s' and a.upstream_task_id = a.job
                returning t.id, t.team_id, t.phase, t.attempt, t.trace_parent, t.accepted_at, t.finished_at, a.evidence
            ), gone as (
                %s
            ), noted as (
                %s
            )
            select id, team_id, trace_parent, accepted_at, finished_at from ended
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
     * Records that tasks which render as these jobs have succeeded; their charges are the caller's.
     * Waits for nobody: a task that is locked is left out.
     *
     * @return those that do; nothing is written for the others
     */
    List<Rendered> succeed(Collection<Completion> completions) {
        Map<String, ClipRequest> clips = clips(completions);
        List<String> owners = new ArrayList<>();
        List<String> urls = new ArrayList<>();
        for (Completion each : completions) {
            urls.addAll(each.answer().urls());
            owners.addAll(Collections.nCopies(each.answer().urls().size(), task(each)));
        }
        return jdbc.sql(SUCCEED)
                .param("tasks", SqlArrays.column("text", completions, RenderResults::task))
                .param(
                        "jobs",
                        SqlArrays.column("text", completions, it -> it.poll().upstreamTaskId()))
                .param(
                        "credits",
                        SqlArrays.column("bigint", completions, it -> it.answer().credits()))
                .param("evidence", SqlArrays.column("text", completions, it -> redact(it, clips)))
                .param("owners", new SqlArrayValue("text", owners.toArray()))
                .param("urls", new SqlArrayValue("text", urls.toArray()))
                .query((row, _) ->
                        new Rendered(
                                new TaskId(row.getString("id")),
                                row.getLong("team_id"),
                                row.getString("trace_parent"),
                                Duration.between(
                                        SqlInstants.get(row, "accepted_at"),
                                        SqlInstants.get(row, "finished_at"))))
                .list();
    }

    /**
     * Waits for no lock longer than this in the rest of the transaction: a group's others wait
     * meanwhile, and what it gives up is stored task by task.
     */
    void limitLockWaits(Duration atMost) {
        jdbc.sql("select set_config('lock_timeout', :millis, true)")
                .param("millis", String.valueOf(atMost.toMillis()))
                .query(String.class)
                .single();
    }

    /** Evidence is kept longer than the prompt, which never changes. */
    private static String redact(Completion completion, Map<String, ClipRequest> clips) {
        String evidence = completion.answer().evidence();
        @Nullable ClipRequest clip = clips.get(task(completion));
        return clip == null ? evidence : PromptRedactor.redact(evidence, clip);
    }

    private Map<String, ClipRequest> clips(Collection<Completion> completions) {
        Map<String, ClipRequest> clips = new HashMap<>();
        jdbc.sql(
                        """
                        select id, prompt, aspect_ratio, duration_seconds, sound, image_urls from task
                        where id = any (cast((select :tasks) as text[])) and prompt is not null
                        """)
                .param("tasks", SqlArrays.column("text", completions, RenderResults::task))
                .query(row -> {
                    clips.put(row.getString("id"), clip(row));
                });
        return clips;
    }

    private static String task(Completion completion) {
        return completion.poll().task().value();
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
    record Rendered(TaskId id, long teamId, @Nullable String traceParent, Duration rendering) {}
}
