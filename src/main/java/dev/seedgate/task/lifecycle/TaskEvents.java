package dev.seedgate.task.lifecycle;

import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The events of each task: the team's timeline and, for admins, the evidence. Append-only. */
@Repository
class TaskEvents {

    private final JdbcClient jdbc;

    TaskEvents(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * @param note for the team
     * @param evidence for admins: what was sent when, what came back; stored without the prompt and
     *     the image URLs
     */
    void add(Task task, @Nullable String note, @Nullable String evidence) {
        jdbc.sql(
                        """
                        insert into task_event (task_id, team_id, phase, attempt, note, evidence)
                        values (:task, :team, :phase, :attempt, :note, :evidence)
                        """)
                .param("task", task.id().value())
                .param("team", task.teamId())
                .param("phase", task.phase().name())
                .param("attempt", task.attempt())
                .param("note", note)
                .param("evidence", evidence == null ? null : task.redact(evidence))
                .update();
    }

    /**
     * Adds an event to each task of a common table expression with its id, team_id, phase, attempt
     * and evidence: part of the statement that moves them.
     */
    static String addTo(String moved) {
        return """
        insert into task_event (task_id, team_id, phase, attempt, evidence)
        select id, team_id, phase, attempt, evidence from %s\
        """
                .formatted(moved);
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
