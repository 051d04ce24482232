package dev.seedgate.billing;

import dev.seedgate.billing.Calendar.Range;
import dev.seedgate.shared.ErrorCode;
import dev.seedgate.shared.GatewayException;
import dev.seedgate.upstream.Vendor;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
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
 * The usage report. A figure belongs to the day of its ledger entry and to the names that were
 * frozen in it, so nothing that happens later changes a past row. It covers what went to the vendor
 * of today: the sandbox's figures are seen while the sandbox is the vendor, and never beside real
 * ones.
 */
@Service
public class UsageReports {

    private static final List<String> FIGURES =
            List.of(
                    "created",
                    "succeeded",
                    "failed",
                    "uncertain",
                    "charged",
                    "refunded",
                    "net",
                    "seconds");

    private static final String MOVEMENTS =
            """
            from ledger_entry e left join task t
                on t.id = e.task_id and e.kind = 'reserve' and t.phase in ('UNCERTAIN', 'EXPIRED')
            where e.at >= :from and e.at < :to and e.kind in ('reserve', 'settle', 'release')
                and e.upstream = :upstream
            """;

    private static final String SUMS =
            """
            count(*) filter (where kind = 'reserve') as created,
            count(*) filter (where kind = 'settle') as succeeded,
            count(*) filter (where kind = 'release') as failed,
            count(uncertain) as uncertain,
            coalesce(sum(credits) filter (where kind = 'reserve'), 0)::bigint as charged,
            coalesce(sum(credits) filter (where kind = 'release'), 0)::bigint as refunded,
            coalesce(sum(case kind when 'reserve' then credits when 'release' then -credits end), 0)::bigint as net,
            coalesce(sum(seconds) filter (where kind = 'settle'), 0) as seconds
            """;

    // From the tasks alone, through an index of its own: a join of a month's million takes seconds.
    private static final String RENDER_TIMES =
            """
            select round(extract(epoch from p[1]), 1) as median, round(extract(epoch from p[2]), 1) as p95
            from (select percentile_disc(array[0.5, 0.95]) within group (order by e.finished_at - e.accepted_at) as p
                  from task e
                  where e.phase = 'SUCCEEDED' and e.finished_at >= :from and e.finished_at < :to
                      and e.upstream = :upstream
            """;

    private final Books books;
    private final Calendar calendar;
    private final Vendor vendor;
    private final ReportSettings settings;

    UsageReports(Books books, Calendar calendar, Vendor vendor, ReportSettings settings) {
        this.books = books;
        this.calendar = calendar;
        this.vendor = vendor;
        this.settings = settings;
    }

    /** The rows with their total; too many rows, like any bad wish, are {@code INVALID_REQUEST}. */
    public UsageReport report(UsageQuery query) {
        Set<Grouping> groups = groups(query);
        Map<String, Object> parameters = parameters(query);
        return books.read(jdbc -> report(jdbc, query, groups, parameters));
    }

    /** The rows alone, written as they are read. Wishes are checked before the first byte. */
    public CsvAnswer csv(UsageQuery query) {
        Set<Grouping> groups = groups(query);
        Map<String, Object> parameters = parameters(query);
        return out -> write(query, groups, parameters, out);
    }

    private UsageReport report(
            JdbcClient jdbc,
            UsageQuery query,
            Set<Grouping> groups,
            Map<String, Object> parameters) {
        String sets = groups.isEmpty() ? "grouping sets (())" : "grouping sets ((%s), ())";
        String total =
                groups.isEmpty()
                        ? ""
                        : "grouping(%s) desc, ".formatted(columns(groups, Grouping::column));
        List<Map<String, @Nullable Object>> rows = new ArrayList<>();
        jdbc.sql(
                        select(query, groups)
                                + "group by "
                                + sets.formatted(columns(groups, Grouping::column))
                                + order(total, groups)
                                + " limit :limit")
                .params(parameters)
                .param("limit", settings.reportMaxRows() + 2)
                .query(row -> {
                    rows.add(row(row, rows.isEmpty() ? Set.of() : groups));
                });
        Map<String, @Nullable Object> sums =
                groups.isEmpty() ? rows.getFirst() : rows.removeFirst();
        if (rows.size() > settings.reportMaxRows()) {
            throw new GatewayException(
                    ErrorCode.INVALID_REQUEST,
                    "group_by makes more than %d rows; take a shorter time or format=csv."
                            .formatted(settings.reportMaxRows()));
        }
        return jdbc.sql(RENDER_TIMES + ofTeam(query) + ") s")
                .params(parameters)
                .query((row, _) ->
                        new UsageReport(
                                rows,
                                total(sums, row.getBigDecimal("median"), row.getBigDecimal("p95"))))
                .single();
    }

    private void write(
            UsageQuery query,
            Set<Grouping> groups,
            Map<String, Object> parameters,
            OutputStream out) {
        CsvWriter csv = new CsvWriter(out);
        groups.forEach(group -> csv.text(group.word()));
        FIGURES.forEach(csv::text);
        csv.end();
        String sql =
                select(query, groups)
                        + (groups.isEmpty()
                                ? ""
                                : "group by "
                                        + columns(groups, Grouping::column)
                                        + order("", groups));
        books.stream(
                sql,
                parameters,
                row -> {
                    for (Grouping group : groups) {
                        csv.text(row.getString(group.word()));
                    }
                    for (String figure : FIGURES) {
                        csv.number(row.getLong(figure));
                    }
                    csv.end();
                });
        csv.flush();
    }

    private static String select(UsageQuery query, Set<Grouping> groups) {
        String named =
                groups.stream()
                        .map(it -> it.expression() + " as " + it.column() + ", ")
                        .collect(Collectors.joining());
        String shown =
                groups.stream()
                        .map(it -> it.shown() + " as " + it.column() + ", ")
                        .collect(Collectors.joining());
        return "select "
                + shown
                + SUMS
                + "from (select "
                + named
                + "e.kind, e.credits, t.id as uncertain, split_part(e.preset, 's', 1)::int as seconds "
                + MOVEMENTS
                + ofTeam(query)
                + ") m ";
    }

    private static String order(String first, Set<Grouping> groups) {
        return groups.isEmpty() ? "" : " order by " + first + columns(groups, Grouping::order);
    }

    private static String columns(Set<Grouping> groups, Function<Grouping, String> form) {
        return groups.stream().map(form).collect(Collectors.joining(", "));
    }

    private static String ofTeam(UsageQuery query) {
        return query.team() == null ? "" : " and e.team_id = :team";
    }

    private static Set<Grouping> groups(UsageQuery query) {
        Set<Grouping> allowed = EnumSet.allOf(Grouping.class);
        if (query.team() != null) {
            allowed.remove(Grouping.TEAM);
        }
        return Grouping.parse(query.groupBy(), allowed);
    }

    private Map<String, Object> parameters(UsageQuery query) {
        Range range = calendar.range(query.from(), query.to());
        Map<String, Object> parameters = new HashMap<>();
        parameters.put("from", range.start());
        parameters.put("to", range.end());
        parameters.put("zone", range.zone().getId());
        parameters.put("upstream", vendor.name());
        if (query.team() != null) {
            parameters.put("team", query.team());
        }
        return parameters;
    }

    private static Map<String, @Nullable Object> row(ResultSet row, Set<Grouping> groups)
            throws SQLException {
        Map<String, @Nullable Object> cells = new LinkedHashMap<>();
        for (Grouping group : groups) {
            cells.put(group.word(), row.getString(group.word()));
        }
        for (String figure : FIGURES) {
            cells.put(figure, row.getLong(figure));
        }
        return cells;
    }

    private static UsageReport.UsageTotal total(
            Map<String, @Nullable Object> sums,
            @Nullable BigDecimal median,
            @Nullable BigDecimal p95) {
        long succeeded = figure(sums, "succeeded");
        long ended = succeeded + figure(sums, "failed");
        return new UsageReport.UsageTotal(
                figure(sums, "created"),
                succeeded,
                figure(sums, "failed"),
                figure(sums, "uncertain"),
                figure(sums, "charged"),
                figure(sums, "refunded"),
                figure(sums, "net"),
                figure(sums, "seconds"),
                ended == 0
                        ? null
                        : BigDecimal.valueOf(succeeded)
                                .divide(BigDecimal.valueOf(ended), 4, RoundingMode.HALF_UP),
                median,
                p95);
    }

    private static long figure(Map<String, @Nullable Object> sums, String name) {
        return sums.get(name) instanceof Long figure ? figure : 0;
    }
}
