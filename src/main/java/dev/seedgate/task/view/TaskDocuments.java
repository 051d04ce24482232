package dev.seedgate.task.view;

import dev.seedgate.platform.values.TaskId;
import org.springframework.stereotype.Service;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The tasks as their teams are shown them, whole: {@code TASK_NOT_FOUND} for another team's. */
@Service
public class TaskDocuments {

    private final TaskHistory history;
    private final JsonMapper json;

    TaskDocuments(TaskHistory history, JsonMapper json) {
        this.history = history;
        this.json = json;
    }

    /** What {@code GET /api/tasks/{id}} answers as {@code data}. */
    public JsonNode get(long team, String task) {
        return json.valueToTree(history.details(team, new TaskId(task)));
    }
}
