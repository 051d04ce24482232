package dev.seedgate.billing.usage;

import dev.seedgate.billing.integrity.DailyRollup;
import dev.seedgate.billing.integrity.RangeSlices;
import dev.seedgate.platform.database.BillingCalendar;
import dev.seedgate.platform.database.BillingCalendar.Range;
import dev.seedgate.platform.reporting.ReportSettings;
import dev.seedgate.platform.reporting.ReportingDatabase;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.web.api.CsvBody;
import dev.seedgate.platform.web.api.CsvWriter;
import dev.seedgate.vendor.client.Vendor;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/**
 * The maker of usage reports. A figure belongs to the day of its ledger entry and to the names that
 * were frozen in it, so nothing that happens later changes a past row. It covers what went to the
 * vendor of today: the sandbox's figures are seen while the sandbox is the vendor, and never beside
 * real ones.
 */
@Service
public class UsageReports {

    /**
     * The rows: by day what is summed, entry by entry what lies beside it, and the tasks whose
     * outcome is unknown. In braces stands what depends on the call.
     */
    private static final String ROWS =
            """
            with movement as (
                select day, team_slug, project, cost_center, preset, key_id, key_name,
                    created, succeeded, failed, 0 as uncertain, charged, refunded
                from usage_day
                where day >= :firstDay and day < :lastDay and upstream = :upstream {of the team}
                union all
                select day, team_slug, project, cost_center, preset, key_id, key_name,
                    created, succeeded, failed, 0, charged, refunded
                from usage_movement
                where at >= :from and at < :head and upstream = :upstream {of the team}
                union all
                select day, team_slug, project, cost_center, preset, key_id, key_name,
                    created, succeeded, failed, 0, charged, refunded
                from usage_movement
                where at >= :tail and at < :to and upstream = :upstream {of the team}
                union all
                select m.day, m.team_slug, m.project, m.cost_center, m.preset, m.key_id, m.key_name,
                    0, 0, 0, 1, 0, 0
                from (select id from task_outcome where phase in ('UNCERTAIN', 'EXPIRED') {of the team}) t
                    -- One by one: a plan of another form would read all of the range's entries.
                    cross join lateral (
                        select * from usage_movement
                        where task_id = t.id and created = 1 and at >= :from and at < :to
                            and upstream = :upstream offset 0) m
            )
            select {groups shown}
                {sums}
            from movement m
            {group by groups}
            """;

    /**
     * Counted by the tenth of a second that is shown, as a sort of a month's million takes seconds:
     * by day what is summed, which it is for all teams together, and task by task the rest, team by
     * team, as the index is.
     */
    private static final String RENDER_TIMES =
            """
            with rendered as (
                select seconds, tasks from render_day
                where day >= :firstDay and day < :lastDay and upstream = :upstream
                union all
                select round(extract(epoch from finished_at - accepted_at), 1), count(*)
                from team_limits m cross join lateral (
                    select finished_at, accepted_at from task_outcome
                    where team_id = m.id and phase = 'SUCCEEDED' and finished_at >= :from and finished_at < :head
                        and upstream = :upstream and accepted_at is not null {of the team}) t
                group by 1
                union all
                select round(extract(epoch from finished_at - accepted_at), 1), count(*)
                from team_limits m cross join lateral (
                    select finished_at, accepted_at from task_outcome
                    where team_id = m.id and phase = 'SUCCEEDED' and finished_at >= :tail and finished_at < :to
                        and upstream = :upstream and accepted_at is not null {of the team}) t
                group by 1
            ), took as (
                select seconds, sum(tasks) as tasks from rendered group by 1
            )
            select min(seconds) filter (where reached * 100 >= tasks * 50) as median,
                min(seconds) filter (where reached * 100 >= tasks * 95) as p95
            from (select seconds, sum(tasks) over (order by seconds) as reached, sum(tasks) over () as tasks
                  from took) t
            """;

    private final ReportingDatabase reporting;
    private final BillingCalendar calendar;
    private final Vendor vendor;
    private final ReportSettings settings;

    UsageReports(
            ReportingDatabase reporting,
            BillingCalendar calendar,
            Vendor vendor,
            ReportSettings settings) {
        this.reporting = reporting;
        this.calendar = calendar;
        this.vendor = vendor;
        this.settings = settings;
    }

    /** The rows with their total; too many rows, like any bad wish, are {@code INVALID_REQUEST}. */
    public UsageReport report(UsageQuery query) {
        Set<GroupBy> groups = groups(query);
        Range range = calendar.range(query.from(), query.to());
        return reporting.read(query.team(), jdbc -> report(jdbc, query, groups, range));
    }

    /**
     * The net credits of these teams on each day of a time, by slug and day; days without any are
     * not there.
     */
    public Map<String, Map<LocalDate, Long>> netByDay(
            Collection<Long> teams, LocalDate from, LocalDate to) {
        Range range = calendar.range(from.toString(), to.toString());
        return reporting.read(
                null,
                jdbc -> {
                    Map<String, Map<LocalDate, Long>> net = new HashMap<>();
                    if (teams.isEmpty()) {
                        return net;
                    }
                    RangeSlices slices = DailyRollup.slice(jdbc, range);
                    jdbc.sql(
                                    ROWS.replace("{of the team}", "and team_id in (:teams)")
                                            .replace("{groups shown}", "m.team_slug, m.day,")
                                            .replace("{sums}", UsageFigure.sums())
                                            .replace(
                                                    "{group by groups}",
                                                    "group by m.team_slug, m.day"))
                            .params(parameters(new UsageQuery(null, null, null, List.of()), slices))
                            .param("teams", teams)
                            .query(row -> {
                                net.computeIfAbsent(
                                                row.getString("team_slug"), _ -> new HashMap<>())
                                        .put(
                                                row.getObject("day", LocalDate.class),
                                                row.getLong(UsageFigure.NET.word()));
                            });
                    return net;
                });
    }

    /** The rows alone, written as they are read. Wishes are checked before the first byte. */
    public CsvBody csv(UsageQuery query) {
        Set<GroupBy> groups = groups(query);
        Range range = calendar.range(query.from(), query.to());
        return client ->
                reporting.download(
                        query.team(),
                        client,
                        (jdbc, out) -> write(jdbc, query, groups, range, new CsvWriter(out)));
    }

    /** A file name that says whose figures these are; the columns of the CSV can't. */
    public String fileName() {
        return vendor.isSandbox() ? "usage-SANDBOX" : "usage";
    }

    private UsageReport report(
            JdbcClient jdbc, UsageQuery query, Set<GroupBy> groups, Range range) {
        RangeSlices slices = DailyRollup.slice(jdbc, range);
        List<Map<String, @Nullable Object>> rows =
                jdbc.sql(rows(query, groups) + " limit :limit")
                        .params(parameters(query, slices))
                        .param("limit", settings.reportMaxRows() + 1)
                        .query((row, _) -> row(row, groups))
                        .list();
        if (rows.size() > settings.reportMaxRows()) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST,
                    "group_by makes more than %d rows; take a shorter time or format=csv."
                            .formatted(settings.reportMaxRows()));
        }
        // A team's own are not summed by day.
        RangeSlices rendered = query.team() == null ? slices : slices.undivided();
        return jdbc.sql(ofTeam(RENDER_TIMES, query))
                .params(parameters(query, rendered))
                .query((times, _) ->
                        new UsageReport(
                                rows,
                                total(
                                        rows,
                                        times.getBigDecimal("median"),
                                        times.getBigDecimal("p95")),
                                vendor.isSandbox()))
                .single();
    }

    private void write(
            JdbcClient jdbc, UsageQuery query, Set<GroupBy> groups, Range range, CsvWriter csv) {
        groups.forEach(group -> csv.text(group.word()));
        UsageFigure.words().forEach(csv::text);
        csv.end();
        jdbc.sql(rows(query, groups))
                .params(parameters(query, DailyRollup.slice(jdbc, range)))
                .query(row -> {
                    for (GroupBy group : groups) {
                        csv.text(row.getString(group.word()));
                    }
                    for (UsageFigure figure : UsageFigure.values()) {
                        csv.number(row.getLong(figure.word()));
                    }
                    csv.end();
                });
        csv.flush();
    }

    private static String rows(UsageQuery query, Set<GroupBy> groups) {
        String shown =
                groups.stream()
                        .map(it -> it.shown() + " as " + it.column() + ", ")
                        .collect(Collectors.joining());
        String grouped =
                groups.isEmpty()
                        ? ""
                        : "group by %s order by %s"
                                .formatted(
                                        columns(groups, GroupBy::expression),
                                        columns(groups, GroupBy::order));
        return ofTeam(ROWS, query)
                .replace("{groups shown}", shown)
                .replace("{sums}", UsageFigure.sums())
                .replace("{group by groups}", grouped);
    }

    private static String columns(Set<GroupBy> groups, Function<GroupBy, String> form) {
        return groups.stream().map(form).collect(Collectors.joining(", "));
    }

    private static String ofTeam(String sql, UsageQuery query) {
        return sql.replace("{of the team}", query.team() == null ? "" : "and team_id = :team");
    }

    private static Set<GroupBy> groups(UsageQuery query) {
        Set<GroupBy> allowed = EnumSet.allOf(GroupBy.class);
        if (query.team() != null) {
            allowed.remove(GroupBy.TEAM);
        }
        return GroupBy.parse(query.groupBy(), allowed);
    }

    private Map<String, Object> parameters(UsageQuery query, RangeSlices slices) {
        Map<String, Object> parameters = new HashMap<>(slices.parameters());
        parameters.put("upstream", vendor.name());
        if (query.team() != null) {
            parameters.put("team", query.team());
        }
        return parameters;
    }

    private static Map<String, @Nullable Object> row(ResultSet row, Set<GroupBy> groups)
            throws SQLException {
        Map<String, @Nullable Object> cells = new LinkedHashMap<>();
        for (GroupBy group : groups) {
            cells.put(group.word(), group.value(row));
        }
        for (UsageFigure figure : UsageFigure.values()) {
            cells.put(figure.word(), row.getLong(figure.word()));
        }
        return cells;
    }

    private static UsageReport.UsageTotal total(
            List<Map<String, @Nullable Object>> rows,
            @Nullable BigDecimal median,
            @Nullable BigDecimal p95) {
        long succeeded = sum(rows, UsageFigure.SUCCEEDED);
        long ended = succeeded + sum(rows, UsageFigure.FAILED);
        return new UsageReport.UsageTotal(
                sum(rows, UsageFigure.CREATED),
                succeeded,
                sum(rows, UsageFigure.FAILED),
                sum(rows, UsageFigure.UNCERTAIN),
                sum(rows, UsageFigure.CHARGED),
                sum(rows, UsageFigure.REFUNDED),
                sum(rows, UsageFigure.NET),
                sum(rows, UsageFigure.SECONDS),
                ended == 0
                        ? null
                        : BigDecimal.valueOf(succeeded)
                                .divide(BigDecimal.valueOf(ended), 4, RoundingMode.HALF_UP),
                median,
                p95);
    }

    private static long sum(List<Map<String, @Nullable Object>> rows, UsageFigure figure) {
        return rows.stream().mapToLong(figure::in).sum();
    }
}
