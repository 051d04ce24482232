package dev.seedgate.task.view;

import dev.seedgate.access.team.AuthenticatedTeam;
import dev.seedgate.platform.database.BatchedLookup;
import dev.seedgate.platform.values.Page;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.task.lifecycle.GenerationSettings;
import dev.seedgate.task.lifecycle.Phase;
import dev.seedgate.task.lifecycle.TaskInterventions;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.SqlArrayValue;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The reads of tasks for their team. Another team's task is as unknown as one that never was. */
@Service
class TaskQueries {

    // By index for each, though the plan is from when there were few tasks.
    private static final String BY_ID =
            """
            select t.*, polls.fresh from unnest((select :ids)) as wanted (id)
            cross join lateral (select team_id, %s from task where id = wanted.id offset 0) t
            left join lateral (
                select answered_at > gateway_now() - make_interval(secs => (select :freshFor)) as fresh
                from work where task_id = t.id and kind = 'poll' and t.phase = 'RENDERING' offset 0
            ) polls on true
            """
                    .formatted(TaskRows.COLUMNS);

    private final JdbcClient jdbc;
    private final TaskSearch search;
    private final StatusRefresher refresher;
    private final GenerationSettings settings;
    private final BatchedLookup<String, Map<String, StoredTask>> lookups;
    private final Counter stored;
    private final Counter fresh;
    private final Counter late;

    TaskQueries(
            JdbcClient jdbc,
            TaskSearch search,
            StatusRefresher refresher,
            GenerationSettings settings,
            MeterRegistry meters) {
        this.jdbc = jdbc;
        this.search = search;
        this.refresher = refresher;
        this.settings = settings;
        lookups =
                new BatchedLookup<>(
                        settings.statusBatchSize(),
                        Duration.ZERO,
                        settings.statusBatchMaxWait(),
                        this::read);
        stored = meters.counter("seedgate.status.reads", "answer", "stored");
        fresh = meters.counter("seedgate.status.reads", "answer", "fresh");
        late = meters.counter("seedgate.status.reads", "answer", "late");
    }

    /** The task as it is stored. */
    TaskStatus stored(AuthenticatedTeam caller, TaskId id) {
        return find(caller, id).task().status();
    }

    /** The task as the mirror API shows it; like the vendor, asks once more while it renders. */
    TaskStatus status(AuthenticatedTeam caller, TaskId id) {
        StoredTask found = find(caller, id);
        TaskSummary task = found.task();
        boolean asks = task.phase() == Phase.RENDERING && settings.statusRefreshWait().isPositive();
        if (!asks) {
            stored.increment();
            return task.status();
        }
        if (found.fresh()) {
            fresh.increment();
            return task.status();
        }
        return switch (refresher.refresh(
                id, settings.statusFreshFor(), settings.statusRefreshWait())) {
            case UNCHANGED -> {
                fresh.increment();
                yield task.status();
            }
            case UPDATED -> {
                fresh.increment();
                yield find(caller, id).task().status();
            }
            case TIMED_OUT -> {
                late.increment();
                yield find(caller, id).task().status();
            }
        };
    }

    /** A page of the team's own tasks, newest first. */
    @Transactional(readOnly = true)
    Page<TaskSummary> list(
            AuthenticatedTeam caller, TaskFilter filter, @Nullable String cursor, int limit) {
        Page<TaskSearch.Found> found = search.find(filter.of(caller.teamId()), cursor, limit);
        if (found.items().isEmpty()) {
            return new Page<>(List.of(), null);
        }
        List<TaskSummary> items =
                jdbc.sql(
                                "select %s from task where id in (:ids) order by id desc"
                                        .formatted(TaskRows.COLUMNS))
                        .param("ids", found.items().stream().map(TaskSearch.Found::id).toList())
                        .query(TaskRows::summary)
                        .list();
        return new Page<>(items, found.nextCursor());
    }

    private StoredTask find(AuthenticatedTeam caller, TaskId id) {
        StoredTask found =
                lookups.find(id.value()).orElseGet(() -> read(Set.of(id.value()))).get(id.value());
        if (found == null || found.team() != caller.teamId()) {
            throw TaskInterventions.unknown();
        }
        return found;
    }

    private Map<String, StoredTask> read(Set<String> ids) {
        Map<String, StoredTask> found = new HashMap<>();
        jdbc.sql(BY_ID)
                .param("ids", new SqlArrayValue("text", ids.toArray()))
                .param("freshFor", settings.statusFreshFor().toMillis() / 1000d)
                .query(row -> {
                    found.put(
                            row.getString("id"),
                            new StoredTask(
                                    row.getLong("team_id"),
                                    TaskRows.summary(row, 0),
                                    row.getBoolean("fresh")));
                });
        return found;
    }

    /**
     * A task as it is read by its id.
     *
     * @param fresh whether the vendor's last answer is young enough to be given again
     */
    private record StoredTask(long team, TaskSummary task, boolean fresh) {}
}
