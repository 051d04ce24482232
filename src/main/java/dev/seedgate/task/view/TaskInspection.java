package dev.seedgate.task.view;

import dev.seedgate.access.team.TeamScope;
import dev.seedgate.platform.audit.AuditLog;
import dev.seedgate.platform.audit.Change;
import dev.seedgate.platform.database.SqlInstants;
import dev.seedgate.platform.values.Actor;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.Page;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.platform.web.api.CsvBody;
import dev.seedgate.platform.web.api.CsvWriter;
import dev.seedgate.task.lifecycle.Phase;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * The reads of tasks for people, newest first: with everything that is stored of them for whoever
 * sees all teams, else without what is the company's own.
 */
@Service
public class TaskInspection {

    // What a record has beyond a summary. Columns are named, as another version may have added
    // some.
    private static final String COLUMNS =
            "cost_center, key_id, key_name, request_id, upstream, upstream_task_id, upstream_credits, accepted_at, finished_at";

    /** Tasks that are summed, or written as CSV: some ten milliseconds. */
    public static final int MOST_SUMMED = 10_000;

    private static final List<String> CSV_TEXTS =
            List.of(
                    "project",
                    "cost_center",
                    "key_name",
                    "phase",
                    "preset",
                    "upstream",
                    "upstream_task_id",
                    "error_message");
    private static final List<String> CSV_TIMES =
            List.of("created_at", "accepted_at", "finished_at");
    private static final Set<String> CSV_OF_THE_VENDOR = Set.of("upstream", "upstream_task_id");
    private static final int CSV_PAGE = 500;

    private final JdbcClient jdbc;
    private final TaskSearch search;
    private final AuditLog audit;

    TaskInspection(JdbcClient jdbc, TaskSearch search, AuditLog audit) {
        this.audit = audit;
        this.jdbc = jdbc;
        this.search = search;
    }

    /**
     * One task; an unknown one is {@code TASK_NOT_FOUND}. Its prompt is shown, so the look is
     * audited.
     */
    @Transactional
    public TaskRecord get(TaskId id, TeamScope scope, Actor actor) {
        return only(id, shown(records(teamOf(id, scope), scope), actor));
    }

    /**
     * The same with what was ordered left out, as if the prompt were no longer kept: to ask how far
     * it has come is no look at a prompt.
     */
    @Transactional(readOnly = true)
    public TaskRecord progress(TaskId id, TeamScope scope) {
        return only(id, records(teamOf(id, scope), scope)).withoutOrder();
    }

    private Map<String, String> teamOf(TaskId id, TeamScope scope) {
        Map<String, String> teams = new LinkedHashMap<>();
        jdbc.sql(
                        "select m.id, m.slug from task t join team_limits m on m.id = t.team_id where t.id = :id")
                .param("id", id.value())
                .query(row -> {
                    if (scope.includes(row.getLong("id"))) {
                        teams.put(id.value(), row.getString("slug"));
                    }
                });
        return teams;
    }

    private static TaskRecord only(TaskId id, List<TaskRecord> found) {
        return found.stream()
                .findFirst()
                .orElseThrow(() ->
                        new ApiException(ErrorCode.TASK_NOT_FOUND, "There is no task " + id + "."));
    }

    /** Whether there is this task. */
    @Transactional(readOnly = true)
    public boolean exists(TaskId id, TeamScope scope) {
        return !teamOf(id, scope).isEmpty();
    }

    /**
     * A page of them; a look at their prompts, audited too.
     *
     * @param team the slug of the only team that is meant, or null
     */
    @Transactional
    public Page<TaskRecord> find(
            @Nullable String team,
            TaskFilter filter,
            @Nullable String cursor,
            int limit,
            Actor actor) {
        return ofTeam(team, filter)
                .map(it -> find(it, cursor, limit, actor))
                .orElseGet(() -> new Page<>(List.of(), null));
    }

    /** Sums over all pages of {@link #find}, over the newest {@value #MOST_SUMMED} tasks. */
    @Transactional(readOnly = true)
    public TaskTotals totals(@Nullable String team, TaskFilter filter) {
        return ofTeam(team, filter)
                .map(it -> search.totals(it, MOST_SUMMED))
                .orElseGet(() -> new TaskTotals(0, 0, 0, false));
    }

    /** How far {@link #find} looks for what no index tells; empty when it looks at everything. */
    @Transactional(readOnly = true)
    public Optional<SearchWindow> window(@Nullable String team, TaskFilter filter) {
        return ofTeam(team, filter).flatMap(search::window);
    }

    /**
     * What {@link #find} finds, without what was ordered: a row a task. More than {@value
     * #MOST_SUMMED} tasks are {@code INVALID_REQUEST}.
     */
    public CsvBody csv(@Nullable String team, TaskFilter filter) {
        if (totals(team, filter).more()) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST,
                    "The filter finds more than %d tasks; take a shorter time."
                            .formatted(MOST_SUMMED));
        }
        return out -> {
            CsvWriter csv = new CsvWriter(out);
            Columns columns = Columns.of(filter.scope());
            columns.all().forEach(csv::text);
            csv.end();
            ofTeam(team, filter).ifPresent(it -> write(it, columns, csv));
            csv.flush();
        };
    }

    private void write(TaskFilter filter, Columns columns, CsvWriter csv) {
        String cursor = null;
        do {
            Page<TaskSearch.Found> page = search.find(filter, cursor, CSV_PAGE);
            Map<String, String> teams = new LinkedHashMap<>();
            page.items().forEach(it -> teams.put(it.id(), it.team()));
            if (!teams.isEmpty()) {
                jdbc.sql(
                                """
                                select id, %s, credits, case phase when 'FAILED' then credits else 0 end as refunded
                                from task where id in (:ids) order by id desc
                                """
                                        .formatted(columns.stored()))
                        .param("ids", teams.keySet())
                        .query(row -> {
                            csv.text(row.getString("id"));
                            csv.text(teams.get(row.getString("id")));
                            for (String column : columns.texts()) {
                                csv.text(row.getString(column));
                            }
                            for (String column : CSV_TIMES) {
                                csv.cell(SqlInstants.find(row, column));
                            }
                            csv.number(row.getLong("credits"));
                            csv.number(row.getLong("refunded"));
                            csv.end();
                        });
            }
            cursor = page.nextCursor();
        } while (cursor != null);
    }

    /** The filter of one team, or as it is without one; empty when there is no such team. */
    Optional<TaskFilter> ofTeam(@Nullable String team, TaskFilter filter) {
        return team == null
                ? Optional.of(filter)
                : jdbc.sql("select id from team_limits where slug = :slug")
                        .param("slug", team)
                        .query(Long.class)
                        .optional()
                        .map(filter::of);
    }

    private Page<TaskRecord> find(
            TaskFilter filter, @Nullable String cursor, int limit, Actor actor) {
        Page<TaskSearch.Found> found = search.find(filter, cursor, limit);
        Map<String, String> teams = new LinkedHashMap<>();
        found.items().forEach(it -> teams.put(it.id(), it.team()));
        return new Page<>(shown(records(teams, filter.scope()), actor), found.nextCursor());
    }

    /** Nothing is shown that could not be written down. */
    private List<TaskRecord> shown(List<TaskRecord> records, Actor actor) {
        if (!records.isEmpty()) {
            List<String> ids = records.stream().map(it -> it.status().taskId()).toList();
            String object = ids.size() == 1 ? "task:" + ids.getFirst() : "tasks";
            audit.record(
                    new Change("prompt.read", object, null, Map.of("tasks", ids), null), actor);
        }
        return records;
    }

    private List<TaskRecord> records(Map<String, String> teams, TeamScope scope) {
        List<String> ids = List.copyOf(teams.keySet());
        if (ids.isEmpty()) {
            return List.of();
        }
        Map<String, List<TaskRecord.Event>> events = new LinkedHashMap<>();
        jdbc.sql(
                        "select task_id, at, phase, attempt, note, evidence from task_event where task_id in (:ids) order by id")
                .param("ids", ids)
                .query(row -> {
                    events.computeIfAbsent(row.getString("task_id"), _ -> new ArrayList<>())
                            .add(event(row));
                });
        Map<String, List<TaskRecord.Entry>> entries = new LinkedHashMap<>();
        // Each branch is what one of the indexes by task is for; without a kind neither is used.
        jdbc.sql(
                        """
                        select * from ledger_movement
                        where task_id in (:ids) and kind in ('reserve', 'settle', 'release')
                        union all
                        select * from ledger_movement where task_id in (:ids) and kind = 'adjust'
                        order by id
                        """)
                .param("ids", ids)
                .query(row -> {
                    entries.computeIfAbsent(row.getString("task_id"), _ -> new ArrayList<>())
                            .add(entry(row));
                });
        Map<String, TaskRecord.Copy> copies = new LinkedHashMap<>();
        jdbc.sql(
                        """
                        select task_id, state, since, due_at, attempts, size_bytes, encode(sha256, 'hex') as sha256,
                            object_key, last_answer
                        from clip_copy where task_id in (:ids)
                        """)
                .param("ids", ids)
                .query(row -> {
                    copies.put(row.getString("task_id"), copy(row));
                });
        return jdbc.sql(
                        "select %s, %s from task where id in (:ids) order by id desc"
                                .formatted(TaskRows.COLUMNS, COLUMNS))
                .param("ids", ids)
                .query((row, number) -> {
                    String id = row.getString("id");
                    TaskRecord found =
                            record(
                                    row,
                                    TaskRows.summary(row, number),
                                    teams.getOrDefault(id, ""),
                                    events.getOrDefault(id, List.of()),
                                    entries.getOrDefault(id, List.of()),
                                    copies.get(id));
                    return scope.isAll() ? found : found.ofTeam();
                })
                .list();
    }

    private static TaskRecord record(
            ResultSet row,
            TaskSummary task,
            String team,
            List<TaskRecord.Event> events,
            List<TaskRecord.Entry> ledger,
            TaskRecord.@Nullable Copy copy)
            throws SQLException {
        return new TaskRecord(
                task.status(),
                task.phase(),
                team,
                task.project(),
                row.getString("cost_center"),
                row.getLong("key_id"),
                row.getString("key_name"),
                row.getString("request_id"),
                row.getString("upstream"),
                row.getString("upstream_task_id"),
                row.getObject("upstream_credits", Long.class),
                SqlInstants.find(row, "accepted_at"),
                SqlInstants.find(row, "finished_at"),
                events,
                ledger,
                copy);
    }

    private static TaskRecord.Event event(ResultSet row) throws SQLException {
        return new TaskRecord.Event(
                SqlInstants.get(row, "at"),
                Phase.valueOf(row.getString("phase")),
                row.getInt("attempt"),
                row.getString("note"),
                row.getString("evidence"));
    }

    private static TaskRecord.Copy copy(ResultSet row) throws SQLException {
        return new TaskRecord.Copy(
                row.getString("state"),
                SqlInstants.get(row, "since"),
                SqlInstants.find(row, "due_at"),
                row.getInt("attempts"),
                row.getObject("size_bytes", Long.class),
                row.getString("sha256"),
                row.getString("object_key"),
                row.getString("last_answer"));
    }

    private static TaskRecord.Entry entry(ResultSet row) throws SQLException {
        return new TaskRecord.Entry(
                SqlInstants.get(row, "at"),
                row.getString("kind"),
                row.getString("debit"),
                row.getString("credit"),
                row.getLong("credits"),
                row.getString("reason"),
                row.getString("actor"));
    }

    /** The columns of a CSV; what is the vendor's is for those alone who see all teams. */
    private record Columns(List<String> texts) {

        static Columns of(TeamScope scope) {
            return new Columns(
                    CSV_TEXTS.stream()
                            .filter(it -> scope.isAll() || !CSV_OF_THE_VENDOR.contains(it))
                            .toList());
        }

        List<String> all() {
            return Stream.of(
                            List.of("task_id", "team"),
                            texts,
                            CSV_TIMES,
                            List.of("charged", "refunded"))
                    .flatMap(List::stream)
                    .toList();
        }

        String stored() {
            return Stream.concat(texts.stream(), CSV_TIMES.stream())
                    .collect(Collectors.joining(", "));
        }
    }
}
