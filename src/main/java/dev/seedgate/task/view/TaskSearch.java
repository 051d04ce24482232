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
        if (filter.phases().isEmpty()) {
            // Contradicting wishes; SQL has no empty list.
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

    /** The tasks that {@link #find} finds with their prices, none newer than one of them. */
    List<BulkRefunds.Charge> charges(TaskFilter filter, @Nullable TaskId newest, int limit) {
        if (filter.phases().isEmpty()) {
            return List.of();
        }
        return jdbc.sql(
                        "select t.id, m.slug, t.credits from (%s) f join task t on t.id = f.id join team_limits m on m.id = t.team_id order by t.id desc limit :limit"
                                .formatted(ids(filter)))
                // Ids are of letters and digits: this is the next text above that id.
                .params(parameters(filter, newest == null ? null : newest.value() + " "))
                .param("limit", limit)
                .query((row, _) ->
                        new BulkRefunds.Charge(
                                row.getString("id"), row.getString("slug"), row.getLong("credits")))
                .list();
    }

    /** Sums over what {@link #find} finds, over the newest so many. */
    TaskTotals totals(TaskFilter filter, int most) {
        if (filter.phases().isEmpty()) {
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
        if (filter.team() == null && filter.project() == null && anyPhase) {
            return page(filter, new LinkedHashMap<>());
        }
        if (filter.team() == null && filter.project() != null) {
            // No index has a project of all teams in the order of time: the newest of each team.
            return "select p.id from team_limits o cross join lateral (%s) p order by p.id desc limit :limit"
                    .formatted(eachPhase(filter, "o.id"));
        }
        return eachPhase(filter, filter.team() == null ? null : ":team");
    }

    /** Of the few tasks that the vendor gave this id for, be it a second one. */
    private static String ofTheVendor(TaskFilter filter) {
        return "select id from task where id in (select task_id from vendor_job where upstream_task_id = :upstreamTaskId) and phase in ("
                + filter.phases().stream().map(TaskSearch::text).collect(Collectors.joining(", "))
                + ") and id < :below and id >= :from"
                + (filter.team() == null ? "" : " and team_id = :team")
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
