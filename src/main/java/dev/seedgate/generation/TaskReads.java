package dev.seedgate.generation;

import dev.seedgate.shared.ErrorCode;
import dev.seedgate.shared.GatewayException;
import dev.seedgate.shared.TaskId;
import dev.seedgate.team.Caller;
import org.springframework.stereotype.Service;

/** Reads tasks for their team. A foreign task is as unknown as one that never was. */
@Service
class TaskReads {

    private final TaskRepository tasks;
    private final TaskEvents events;
    private final RenderWatch watch;
    private final GenerationSettings settings;

    TaskReads(
            TaskRepository tasks,
            TaskEvents events,
            RenderWatch watch,
            GenerationSettings settings) {
        this.tasks = tasks;
        this.events = events;
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

    private Task find(Caller caller, TaskId id) {
        return tasks.findByIdAndTeamId(id.value(), caller.teamId())
                .orElseThrow(() ->
                        new GatewayException(
                                ErrorCode.TASK_NOT_FOUND, "Your team has no task with this id."));
    }
}
