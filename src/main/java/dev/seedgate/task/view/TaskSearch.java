package dev.seedgate.task.view;

import dev.seedgate.platform.database.NewestFirst;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.Page;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.task.lifecycle.Phase;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * The search for tasks by a filter, newest first. An id is the cursor, and a time is a place among
 * the ids: they are in the order of time. Whatever is asked for, a page reads some rows for each of
 * the phases, and for a project of all teams some of each team, however many tasks there are.
 */
@Repository
class TaskSearch {

    // A task's time is that of its id. Older versions took it a moment later, after what a create
    // may have to wait for; what lies in between is dropped by its exact time.
    private static final Duration MARGIN = Duration.ofMinutes(1);

    // Above every id.
    private static final String END = "~";

    private final JdbcClient jdbc;

    TaskSearch(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** A cursor that is no task's id is {@code INVALID_REQUEST}. */
    Page<Found> find(TaskFilter filter, @Nullable String cursor, int limit) {
        if (cursor != null && TaskId.parse(cursor).isEmpty()) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST,
                    "cursor must be the next_cursor of an earlier answer.");
        }
        if (filter.findsNothing()) {
            // SQL has no empty list.
            return new Page<>(List.of(), null);
        }
        List<Found> found =
                jdbc.sql(
                                "select t.id, m.slug from (%s) f join task t on t.id = f.id join team_limits m on m.id = t.team_id order by t.id desc limit :limit"
                                        .formatted(ids(filter)))
                        .params(parameters(filter, cursor))
                        .param("limit", limit + 1)
                        .query((row, _) -> new Found(row.getString("id"), row.getString("slug")))
                        .list();
        return Page.of(found, limit, Found::id);
    }

    /** Sums over what {@link #find} finds, over the newest so many. */
    TaskTotals totals(TaskFilter filter, int most) {
        if (filter.findsNothing()) {
            return new TaskTotals(0, 0, 0, false);
        }
        return jdbc.sql(
                        """
                        with found as (
                            select id from (%s) f order by id desc limit :limit
                        ), summed as (
                            select id from found order by id desc limit :most
                        )
                        select count(*) as tasks, coalesce(sum(t.credits), 0)::bigint as charged,
                            coalesce(sum(t.credits) filter (where t.phase = 'FAILED'), 0)::bigint as refunded,
                            (select count(*) from found) > :most as more
                        from summed s join task t on t.id = s.id
                        """
                                .formatted(ids(filter)))
                .params(parameters(filter, null))
                .param("limit", most + 1)
                .param("most", most)
                .query((row, _) ->
                        new TaskTotals(
                                row.getLong("tasks"),
                                row.getLong("charged"),
                                row.getLong("refunded"),
                                row.getBoolean("more")))
                .single();
    }

    private static String ids(TaskFilter filter) {
        if (filter.upstreamTaskId() != null) {
            return ofTheVendor(filter);
        }
        boolean anyPhase = filter.phases().equals(EnumSet.allOf(Phase.class));
        if (filter.team() != null) {
            return eachPhase(filter, ":team");
        }
        if (filter.teams() != null || filter.project() != null) {
            // No index has some teams, or a project of all, in the order of time: the newest of
            // each.
            return "select p.id from team_limits o cross join lateral (%s) p %s order by p.id desc limit :limit"
                    .formatted(
                            eachPhase(filter, "o.id"),
                            filter.teams() == null ? "" : "where o.id in (:teams)");
        }
        return anyPhase ? page(filter, new LinkedHashMap<>()) : eachPhase(filter, null);
    }

    /** Of the few tasks that the vendor gave this id for, be it a second one. */
    private static String ofTheVendor(TaskFilter filter) {
        return "select id from task where id in (select task_id from vendor_job where upstream_task_id = :upstreamTaskId) and phase in ("
                + filter.phases().stream().map(TaskSearch::text).collect(Collectors.joining(", "))
                + ") and id < :below and id >= :from"
                + (filter.teams() == null ? "" : " and team_id in (:teams)")
                + (filter.project() == null ? "" : " and project = :project")
                + times(filter);
    }

    private static String eachPhase(TaskFilter filter, @Nullable String team) {
        return filter.phases().stream()
                .map(phase -> {
                    SequencedMap<String, String> scope = new LinkedHashMap<>();
                    if (filter.project() != null) {
                        scope.put("project", ":project");
                    }
                    if (team != null) {
                        scope.put("team_id", team);
                    }
                    scope.put("phase", text(phase));
                    return "(" + page(filter, scope) + ")";
                })
                .collect(Collectors.joining(" union all "));
    }

    private static String page(TaskFilter filter, SequencedMap<String, String> scope) {
        return new NewestFirst("task", scope, List.of("id"))
                .select(
                        "id",
                        List.of(":below"),
                        List.of(":from"),
                        times(filter)
                                + (scope.containsKey("project") ? " and project is not null" : ""));
    }

    private static String times(TaskFilter filter) {
        return (filter.from() == null ? "" : " and created_at >= :fromTime")
                + (filter.to() == null ? "" : " and created_at < :toTime");
    }

    private static Map<String, Object> parameters(TaskFilter filter, @Nullable String cursor) {
        Map<String, Object> parameters = new HashMap<>();
        String below = cursor == null ? END : cursor;
        String from = "";
        if (filter.from() != null) {
            from = TaskId.first(filter.from().toInstant().minus(MARGIN)).value();
            parameters.put("fromTime", filter.from());
        }
        if (filter.to() != null) {
            String end = TaskId.first(filter.to().toInstant().plus(MARGIN)).value();
            below = end.compareTo(below) < 0 ? end : below;
            parameters.put("toTime", filter.to());
        }
        parameters.put("below", below);
        parameters.put("from", from);
        if (filter.team() != null) {
            parameters.put("team", filter.team());
        }
        if (filter.teams() != null) {
            parameters.put("teams", filter.teams());
        }
        if (filter.project() != null) {
            parameters.put("project", filter.project());
        }
        if (filter.upstreamTaskId() != null) {
            parameters.put("upstreamTaskId", filter.upstreamTaskId());
        }
        return parameters;
    }

    private static String text(Phase phase) {
        return "'" + phase + "'";
    }

    /** A task, and the slug of its team. */
    record Found(String id, String team) {}
}
