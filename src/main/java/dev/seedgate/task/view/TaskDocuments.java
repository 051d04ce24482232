package dev.seedgate.task.view;

import dev.seedgate.platform.database.SqlInstants;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.task.lifecycle.Phase;
import dev.seedgate.task.lifecycle.TaskInterventions;
import java.util.ArrayList;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The tasks as their teams are shown them, whole: {@code TASK_NOT_FOUND} for another team's. */
@Service
public class TaskDocuments {

    private final JdbcClient jdbc;
    private final JsonMapper json;

    TaskDocuments(JdbcClient jdbc, JsonMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    /** What {@code GET /api/tasks/{id}} answers as {@code data}. */
    public JsonNode get(long team, String task) {
        return json.valueToTree(details(team, new TaskId(task)));
    }

    TaskDetails details(long team, TaskId id) {
        TaskSummary task = find(team, id);
        return new TaskDetails(
                task.status(), task.phase(), task.project(), timeline(task.status()));
    }

    /** The phases it has been in; the first is its creation, which is no event of its own. */
    private List<TaskDetails.TimelineEntry> timeline(TaskStatus task) {
        List<TaskDetails.TimelineEntry> entries = new ArrayList<>();
        entries.add(new TaskDetails.TimelineEntry(task.createdAt(), Phase.QUEUED, null));
        entries.addAll(
                jdbc.sql("select at, phase, note from task_event where task_id = :task order by id")
                        .param("task", task.taskId())
                        .query((row, _) ->
                                new TaskDetails.TimelineEntry(
                                        SqlInstants.get(row, "at"),
                                        Phase.valueOf(row.getString("phase")),
                                        row.getString("note")))
                        .list());
        return entries;
    }

    TaskSummary find(long team, TaskId id) {
        return jdbc.sql(
                        "select %s from task where id = :id and team_id = :team"
                                .formatted(TaskRows.COLUMNS))
                .param("id", id.value())
                .param("team", team)
                .query(TaskRows::summary)
                .optional()
                .orElseThrow(TaskInterventions::unknown);
    }
}
