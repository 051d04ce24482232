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
import java.util.Optional;
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

    /**
     * What no index tells is looked for among the newest so many that the indexes find: some 50 ms
     * with their prompts, whatever there is.
     */
    static final int MOST_SEARCHED = 10_000;

    // Enough of each that a thousand teams that order alike make the ten thousand that are summed.
    private static final int FEW_OF_A_TEAM = 40;

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

    /** The tasks that {@link #find} finds with their prices, none newer than one of them. */
    List<BulkRefunds.Charge> charges(TaskFilter filter, @Nullable TaskId newest, int limit) {
        if (filter.findsNothing()) {
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

    /**
     * How far a search looks for what no index tells; empty when everything is found by indexes.
     */
    Optional<SearchWindow> window(TaskFilter filter) {
        if (filter.findsNothing() || unindexed(filter).isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                jdbc.sql(
                                "select count(*) as tasks, min(id) as oldest from (%s) w"
                                        .formatted(newest(indexed(filter))))
                        .params(parameters(filter, null))
                        .query((row, _) -> {
                            String oldest = row.getString("oldest");
                            return new SearchWindow(
                                    row.getLong("tasks"),
                                    row.getLong("tasks") < MOST_SEARCHED,
                                    oldest == null ? null : new TaskId(oldest).time());
                        })
                        .single());
    }

    private static String ids(TaskFilter filter) {
        if (filter.upstreamTaskId() != null) {
            return ofTheVendor(filter);
        }
        String unindexed = unindexed(filter);
        if (unindexed.isEmpty()) {
            return indexed(filter);
        }
        // One by one: a plan of another form would read the whole table.
        return """
        select t.id from (%s) w cross join lateral (
            select c.id from task c where c.id = w.id and c.id < :below %s offset 0) t
        order by t.id desc limit :limit\
        """
                .formatted(newest(indexed(filter)), unindexed);
    }

    /** The newest that indexes find, wherever a page of them begins. */
    private static String newest(String indexed) {
        return "select id from (%s) i order by id desc limit :window"
                .formatted(indexed.replace(":limit", ":window").replace(":below", ":top"));
    }

    /** Conditions on tasks found by indexes; none for the few of one id of the vendor's. */
    private static String unindexed(TaskFilter filter) {
        if (filter.upstreamTaskId() != null) {
            return "";
        }
        return words(filter)
                + (filter.key() != null && filter.project() != null
                        ? " and project = :project"
                        : "");
    }

    private static String words(TaskFilter filter) {
        return filter.words() == null ? "" : " and position(lower(:words) in lower(prompt)) > 0";
    }

    private static String indexed(TaskFilter filter) {
        boolean anyPhase = filter.phases().equals(EnumSet.allOf(Phase.class));
        if (filter.key() != null) {
            return eachPhase(filter, Map.of("key_id", ":key"));
        }
        SequencedMap<String, String> scope = new LinkedHashMap<>();
        if (filter.project() != null) {
            scope.put("project", ":project");
        }
        if (filter.team() == null && (filter.teams() != null || filter.project() != null)) {
            // No index has some teams, or a project of all, in the order of time: the newest of
            // each.
            scope.put("team_id", "o.id");
            return teamByTeam(
                    eachPhase(filter, scope),
                    filter.teams() == null ? "" : "where o.id in (:teams)");
        }
        if (filter.team() != null) {
            scope.put("team_id", ":team");
        }
        return scope.isEmpty() && anyPhase ? page(filter, scope) : eachPhase(filter, scope);
    }

    /**
     * The newest of some teams. A few of each are enough where many teams have some: none that was
     * left out is newer than the oldest few of the team that has had so many most recently. Where
     * that makes too few, as many as are wanted are read of each team.
     */
    private static String teamByTeam(String ofTeam, String teams) {
        return """
        with few as materialized (
            select p.id, p.nth from team_limits o cross join lateral (
                select id, row_number() over (order by id desc) as nth
                from (%s) u order by id desc limit :few) p %s
        ), sure as materialized (
            select id from few where id >= coalesce((select max(id) from few where nth = :few), '')
            order by id desc limit :limit
        )
        select id from sure where (select count(*) from sure) = :limit
        union all
        select id from (
            select p.id from team_limits o cross join lateral (%s) p %s order by p.id desc limit :limit) a
        where (select count(*) from sure) < :limit\
        """
                .formatted(ofTeam.replace(":limit", ":few"), teams, ofTeam, teams);
    }

    /** Of the few tasks that the vendor gave this id for, be it a second one. */
    private static String ofTheVendor(TaskFilter filter) {
        return "select id from task where id in (select task_id from vendor_job where upstream_task_id = :upstreamTaskId) and phase in ("
                + filter.phases().stream().map(TaskSearch::text).collect(Collectors.joining(", "))
                + ") and id < :below and id >= :from"
                + (filter.teams() == null ? "" : " and team_id in (:teams)")
                + (filter.project() == null ? "" : " and project = :project")
                + (filter.key() == null ? "" : " and key_id = :key")
                + words(filter)
                + times(filter);
    }

    private static String eachPhase(TaskFilter filter, Map<String, String> of) {
        return filter.phases().stream()
                .map(phase -> {
                    SequencedMap<String, String> scope = new LinkedHashMap<>(of);
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
                                + (scope.containsKey("project") ? " and project is not null" : "")
                                // Looked at once: of another team's key there is nothing.
                                + (scope.containsKey("key_id") && filter.teams() != null
                                        ? " and exists (select from team_key k where k.id = :key and k.team_id in (:teams))"
                                        : ""));
    }

    private static String times(TaskFilter filter) {
        return (filter.from() == null ? "" : " and created_at >= :fromTime")
                + (filter.to() == null ? "" : " and created_at < :toTime");
    }

    private static Map<String, Object> parameters(TaskFilter filter, @Nullable String cursor) {
        Map<String, Object> parameters = new HashMap<>();
        String top = END;
        String from = "";
        if (filter.from() != null) {
            from = TaskId.first(filter.from().toInstant().minus(MARGIN)).value();
            parameters.put("fromTime", filter.from());
        }
        if (filter.to() != null) {
            top = TaskId.first(filter.to().toInstant().plus(MARGIN)).value();
            parameters.put("toTime", filter.to());
        }
        parameters.put("below", cursor == null || top.compareTo(cursor) < 0 ? top : cursor);
        parameters.put("top", top);
        parameters.put("window", MOST_SEARCHED);
        parameters.put("few", FEW_OF_A_TEAM);
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
        if (filter.key() != null) {
            parameters.put("key", filter.key());
        }
        if (filter.words() != null) {
            parameters.put("words", filter.words());
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
