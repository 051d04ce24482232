package dev.seedgate.task.lifecycle;

import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The events of each task: the team's timeline and, for admins, the evidence. Append-only. */
@Repository
class TaskEvents {

    private final JdbcClient jdbc;
    private final ApplicationEventPublisher publisher;

    TaskEvents(JdbcClient jdbc, ApplicationEventPublisher publisher) {
        this.jdbc = jdbc;
        this.publisher = publisher;
    }

    /**
     * @param note for the team
     * @param evidence for admins: what was sent when, what came back; stored without the prompt and
     *     the image URLs
     */
    void add(Task task, @Nullable String note, @Nullable String evidence) {
        insert(task, note, evidence == null ? null : task.redact(evidence), null);
    }

    /**
     * The task is about to be sent.
     *
     * @param token unlike that of any other start, to find this one again by
     */
    void addBegun(Task task, String token) {
        insert(task, null, "begun as " + token, token);
    }

    private void insert(
            Task task,
            @Nullable String note,
            @Nullable String evidence,
            @Nullable String attemptToken) {
        jdbc.sql(
                        """
                        insert into task_event (task_id, team_id, phase, attempt, note, evidence, attempt_token)
                        values (:task, :team, :phase, :attempt, :note, :evidence, :token)
                        """)
                .param("task", task.id().value())
                .param("team", task.teamId())
                .param("phase", task.phase().name())
                .param("attempt", task.attempt())
                .param("note", note)
                .param("evidence", evidence)
                .param("token", attemptToken)
                .update();
        publisher.publishEvent(new TaskMoved(task.id(), task.phase()));
    }

    /** Whether the task's latest attempt began with this token. */
    boolean hasBegun(Task task, String token) {
        return jdbc.sql(
                        """
                        select exists (select from task_event
                            where task_id = :task and attempt = :attempt and attempt_token = :token)
                        """)
                .param("task", task.id().value())
                .param("attempt", task.attempt())
                .param("token", token)
                .query(Boolean.class)
                .single();
    }
}
