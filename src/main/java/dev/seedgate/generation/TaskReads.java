package dev.seedgate.generation;

import dev.seedgate.shared.ErrorCode;
import dev.seedgate.shared.GatewayException;
import dev.seedgate.shared.Page;
import dev.seedgate.shared.TaskId;
import dev.seedgate.team.Caller;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Reads tasks for their team. A foreign task is as unknown as one that never was. */
@Service
class TaskReads {

    private final TaskRepository tasks;
    private final TaskEvents events;
    private final TaskSearch search;
    private final RenderWatch watch;
    private final GenerationSettings settings;

    TaskReads(
            TaskRepository tasks,
            TaskEvents events,
            TaskSearch search,
            RenderWatch watch,
            GenerationSettings settings) {
        this.tasks = tasks;
        this.events = events;
        this.search = search;
        this.watch = watch;
        this.settings = settings;
    }

    /** The task as the mirror API shows it; like the vendor, asks once more while it renders. */
    TaskStatus status(Caller caller, TaskId id) {
        Task task = find(caller, id);
        boolean asks = task.phase() == Phase.RENDERING && settings.statusRefreshWait().isPositive();
        if (asks && watch.refresh(id, settings.statusFreshFor(), settings.statusRefreshWait())) {
            task = find(caller, id);
        }
        return task.status();
    }

    TaskDetails details(Caller caller, TaskId id) {
        Task task = find(caller, id);
        TaskStatus status = task.status();
        return new TaskDetails(
                status,
                task.phase(),
                task.project(),
                events.timeline(id.value(), status.createdAt()));
    }

    /** A page of the team's own tasks, newest first. */
    @Transactional(readOnly = true)
    Page<TaskItem> list(Caller caller, TaskFilter filter, @Nullable String cursor, int limit) {
        Page<TaskSearch.Found> found = search.find(filter.of(caller.teamSlug()), cursor, limit);
        List<TaskItem> items =
                tasks.findByIdIn(found.items().stream().map(TaskSearch.Found::id).toList()).stream()
                        .sorted(Comparator.comparing((Task task) -> task.id().value()).reversed())
                        .map(task -> new TaskItem(task.status(), task.phase(), task.project()))
                        .toList();
        return new Page<>(items, found.nextCursor());
    }

    private Task find(Caller caller, TaskId id) {
        return tasks.findByIdAndTeamId(id.value(), caller.teamId()).orElseThrow(TaskReads::unknown);
    }

    /** One text, whether there is no such task or it is another team's. */
    static GatewayException unknown() {
        return new GatewayException(
                ErrorCode.TASK_NOT_FOUND, "Your team has no task with this id.");
    }
}
