package dev.seedgate.task.lifecycle;

import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** What happened to each task: the team's timeline and, for admins, the evidence. Append-only. */
@Repository
class TaskEvents {

    private final JdbcClient jdbc;

    TaskEvents(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * @param note for the team
     * @param evidence for admins: what was sent when, what came back; kept without what was ordered
     */
    void add(Task task, @Nullable String note, @Nullable String evidence) {
        insert(task, note, evidence == null ? null : task.withoutOrder(evidence));
    }

    /** Is about to be sent; the mark is found again by {@link #hasEvidence}, letter by letter. */
    void begun(Task task, String mark) {
        insert(task, null, mark);
    }

    private void insert(Task task, @Nullable String note, @Nullable String evidence) {
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
                .param("evidence", evidence)
                .update();
    }

    /** Whether the task's latest attempt has this evidence of a phase. */
    boolean hasEvidence(Task task, Phase phase, String evidence) {
        return jdbc.sql(
                        """
                        select exists (select from task_event
                            where task_id = :task and attempt = :attempt and phase = :phase
                                and evidence = :evidence)
                        """)
                .param("task", task.id().value())
                .param("attempt", task.attempt())
                .param("phase", phase.name())
                .param("evidence", evidence)
                .query(Boolean.class)
                .single();
    }
}
