package dev.seedgate.generation;

import dev.seedgate.shared.ApiException;
import dev.seedgate.shared.ErrorCode;
import dev.seedgate.shared.Page;
import dev.seedgate.shared.TaskId;
import dev.seedgate.team.AuthenticatedTeam;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Reads tasks for their team. A foreign task is as unknown as one that never was. */
@Service
class TaskQueries {

    private final TaskRepository tasks;
    private final TaskEvents events;
    private final TaskSearch search;
    private final StatusRefresher watch;
    private final GenerationSettings settings;
    private final Counter stored;
    private final Counter fresh;
    private final Counter late;

    TaskQueries(
            TaskRepository tasks,
            TaskEvents events,
            TaskSearch search,
            StatusRefresher watch,
            GenerationSettings settings,
            MeterRegistry meters) {
        this.tasks = tasks;
        this.events = events;
        this.search = search;
        this.watch = watch;
        this.settings = settings;
        stored = meters.counter("seedgate.status.reads", "answer", "stored");
        fresh = meters.counter("seedgate.status.reads", "answer", "fresh");
        late = meters.counter("seedgate.status.reads", "answer", "late");
    }

    /** The task as the mirror API shows it; like the vendor, asks once more while it renders. */
    TaskStatus status(AuthenticatedTeam caller, TaskId id) {
        Task task = find(caller, id);
        boolean asks = task.phase() == Phase.RENDERING && settings.statusRefreshWait().isPositive();
        if (!asks) {
            stored.increment();
            return task.status();
        }
        return switch (watch.refresh(id, settings.statusFreshFor(), settings.statusRefreshWait())) {
            case FRESH -> {
                fresh.increment();
                yield task.status();
            }
            case NEWER -> {
                fresh.increment();
                yield find(caller, id).status();
            }
            case LATE -> {
                late.increment();
                yield find(caller, id).status();
            }
        };
    }

    TaskDetails details(AuthenticatedTeam caller, TaskId id) {
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
    Page<TaskSummary> list(
            AuthenticatedTeam caller, TaskFilter filter, @Nullable String cursor, int limit) {
        Page<TaskSearch.Found> found = search.find(filter.of(caller.teamId()), cursor, limit);
        List<TaskSummary> items =
                tasks.findByIdIn(found.items().stream().map(TaskSearch.Found::id).toList()).stream()
                        .sorted(Comparator.comparing((Task task) -> task.id().value()).reversed())
                        .map(task -> new TaskSummary(task.status(), task.phase(), task.project()))
                        .toList();
        return new Page<>(items, found.nextCursor());
    }

    private Task find(AuthenticatedTeam caller, TaskId id) {
        return tasks.findByIdAndTeamId(id.value(), caller.teamId())
                .orElseThrow(TaskQueries::unknown);
    }

    /** One text, whether there is no such task or it is another team's. */
    static ApiException unknown() {
        return new ApiException(ErrorCode.TASK_NOT_FOUND, "Your team has no task with this id.");
    }
}
