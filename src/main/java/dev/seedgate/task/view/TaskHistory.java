package dev.seedgate.task.view;

import dev.seedgate.platform.database.SqlInstants;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.task.lifecycle.Phase;
import dev.seedgate.task.lifecycle.TaskInterventions;
import java.util.ArrayList;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/**
 * The phases that a task has been in, for its team; one statement, so that all is of one moment.
 */
@Service
class TaskHistory {

    // The creation is no event of its own. What a task's end brought was not there before it.
    private static final String PHASES =
            """
            select e.event, e.at, e.note, e.phase, id, project, prompt, aspect_ratio, duration_seconds, sound,
                image_urls, case e.phase when 'SUCCEEDED' then response end as response, credits,
                case e.phase when 'FAILED' then error_message end as error_message, created_at
            from task
            cross join lateral (
                select 0 as event, task.created_at as at, null as note, '%s' as phase
                union all
                select id, at, note, phase from task_event where task_id = task.id
            ) e
            where id = :id and team_id = :team
            order by e.event
            """
                    .formatted(Phase.QUEUED);

    private final JdbcClient jdbc;

    TaskHistory(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * A task that has come into another phase, as it was shown then; the last of them is as it is.
     *
     * @param event the number of the event, which grows; 0 for the creation
     */
    record Step(long event, TaskDetails task) {}

    /** The task as it is. */
    TaskDetails details(long team, TaskId id) {
        return steps(team, id).getLast().task();
    }

    /** All of them; at least the creation, else {@code TASK_NOT_FOUND}. */
    List<Step> steps(long team, TaskId id) {
        List<Step> steps = new ArrayList<>();
        List<TaskDetails.TimelineEntry> timeline = new ArrayList<>();
        jdbc.sql(PHASES)
                .param("id", id.value())
                .param("team", team)
                .query(row -> {
                    TaskSummary task = TaskRows.summary(row, 0);
                    timeline.add(
                            new TaskDetails.TimelineEntry(
                                    SqlInstants.get(row, "at"),
                                    task.phase(),
                                    row.getString("note")));
                    long event = row.getLong("event");
                    if (!steps.isEmpty() && steps.getLast().task().phase() == task.phase()) {
                        // One more note on the same phase.
                        event = steps.removeLast().event();
                    }
                    steps.add(
                            new Step(
                                    event,
                                    new TaskDetails(
                                            task.status(),
                                            task.phase(),
                                            task.project(),
                                            List.copyOf(timeline))));
                });
        if (steps.isEmpty()) {
            throw TaskInterventions.unknown();
        }
        return steps;
    }
}
