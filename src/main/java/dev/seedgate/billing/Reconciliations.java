package dev.seedgate.billing;

import dev.seedgate.billing.Calendar.Range;
import dev.seedgate.shared.ErrorCode;
import dev.seedgate.shared.GatewayException;
import dev.seedgate.shared.TaskId;
import dev.seedgate.upstream.Vendor;
import java.io.OutputStream;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/**
 * Compares each task's charge with what the vendor says it took, and lists where they differ or
 * nobody knows. An item belongs to the day of its charge. Covers the tasks at the present vendor.
 */
@Service
public class Reconciliations {

    /**
     * The first branch repeats the condition of the index task_drift word by word, so that it is
     * used; the second finds what was refunded blindly by its booked loss.
     */
    private static final String ITEMS =
            """
            with drifted as (
                select t.* from task t
                where (phase = 'SUCCEEDED' and upstream_credits is distinct from credits)
                    or (phase = 'FAILED' and upstream_credits > 0)
                    or phase in ('UNCERTAIN', 'EXPIRED')
                union all
                select t.* from ledger_entry a join task t on t.id = a.task_id
                where a.kind = 'adjust' and a.task_id is not null
                    and t.phase = 'FAILED' and t.upstream_credits is null
            ), item as (
                select t.id, r.team_slug, r.project, r.preset, r.at, t.phase, t.upstream_task_id,
                    case when t.phase = 'FAILED' then 0 else r.credits end as ours,
                    t.upstream_credits as theirs,
                    case when t.phase in ('UNCERTAIN', 'EXPIRED') then 'UNKNOWN_OUTCOME'
                         when t.phase = 'FAILED' and t.upstream_credits is null then 'POSSIBLE_LOSS'
                         when t.phase = 'FAILED' then 'CHARGED_THERE'
                         when t.upstream_credits is null then 'NOT_TOLD'
                         when t.upstream_credits = 0 then 'REFUNDED_THERE'
                         else 'WRONG_PRICE' end as kind
                from drifted t join ledger_entry r on r.task_id = t.id and r.kind = 'reserve'
                where t.upstream = :upstream and r.at >= :from and r.at < :to
            )
            """;

    private final Books books;
    private final Calendar calendar;
    private final Vendor vendor;

    Reconciliations(Books books, Calendar calendar, Vendor vendor) {
        this.books = books;
        this.calendar = calendar;
        this.vendor = vendor;
    }

    /** Drift and days of the whole range, and a page of its items. */
    public Reconciliation page(
            @Nullable String from, @Nullable String to, @Nullable String cursor, int limit) {
        if (cursor != null && TaskId.parse(cursor).isEmpty()) {
            throw new GatewayException(
                    ErrorCode.INVALID_REQUEST, "cursor must be the next_cursor of another page.");
        }
        Map<String, Object> parameters = parameters(from, to);
        return books.read(null, jdbc -> page(jdbc, parameters, cursor, limit));
    }

    /** All items, written as they are read. */
    public CsvAnswer csv(@Nullable String from, @Nullable String to) {
        Map<String, Object> parameters = parameters(from, to);
        return client ->
                books.download(null, client, (jdbc, out) -> write(jdbc, parameters, out));
    }

    private static void write(JdbcClient jdbc, Map<String, Object> parameters, OutputStream out) {
        CsvWriter csv = new CsvWriter(out);
        List.of(
                        "task_id",
                        "team",
                        "project",
                        "preset",
                        "charged_at",
                        "kind",
                        "phase",
                        "upstream_task_id",
                        "ours",
                        "theirs",
                        "difference")
                .forEach(csv::text);
        csv.end();
        jdbc.sql(ITEMS + "select * from item order by id")
                .params(parameters)
                .query(row -> {
                    write(csv, item(row));
                });
        csv.flush();
    }

    private Reconciliation page(
            JdbcClient jdbc, Map<String, Object> parameters, @Nullable String cursor, int limit) {
        List<Reconciliation.DriftDay> days =
                jdbc.sql(
                                ITEMS
                                        + """
                                        select to_char(at at time zone :zone, 'YYYY-MM-DD') as day, count(*) as items,
                                            coalesce(sum(theirs - ours), 0)::bigint as drift
                                        from item group by 1 order by 1
                                        """)
                        .params(parameters)
                        .query((row, _) ->
                                new Reconciliation.DriftDay(
                                        row.getString("day"),
                                        row.getLong("items"),
                                        row.getLong("drift")))
                        .list();
        List<Reconciliation.DriftItem> items =
                jdbc.sql(
                                ITEMS
                                        + "select * from item where id > :cursor collate \"C\" order by id limit :limit")
                        .params(parameters)
                        .param("cursor", cursor == null ? "" : cursor)
                        .param("limit", limit + 1)
                        .query((row, _) -> item(row))
                        .list();
        boolean more = items.size() > limit;
        return new Reconciliation(
                days.stream().mapToLong(Reconciliation.DriftDay::drift).sum(),
                more ? items.subList(0, limit) : items,
                days,
                more ? items.get(limit - 1).taskId() : null,
                vendor.isSandbox());
    }

    private Map<String, Object> parameters(@Nullable String from, @Nullable String to) {
        Range range = calendar.range(from, to);
        Map<String, Object> parameters = new HashMap<>();
        parameters.put("from", range.start());
        parameters.put("to", range.end());
        parameters.put("zone", range.zone().getId());
        parameters.put("upstream", vendor.name());
        return parameters;
    }

    private static Reconciliation.DriftItem item(ResultSet row) throws SQLException {
        long ours = row.getLong("ours");
        Long theirs = row.getObject("theirs", Long.class);
        return new Reconciliation.DriftItem(
                row.getString("id"),
                row.getString("team_slug"),
                row.getString("project"),
                row.getString("preset"),
                row.getObject("at", OffsetDateTime.class).toInstant(),
                Reconciliation.Kind.valueOf(row.getString("kind")),
                row.getString("phase"),
                row.getString("upstream_task_id"),
                ours,
                theirs,
                theirs == null ? null : theirs - ours);
    }

    private static void write(CsvWriter csv, Reconciliation.DriftItem item) {
        csv.text(item.taskId());
        csv.text(item.team());
        csv.text(item.project());
        csv.text(item.preset());
        csv.text(item.chargedAt().toString());
        csv.text(item.kind().name());
        csv.text(item.phase());
        csv.text(item.upstreamTaskId());
        csv.number(item.ours());
        csv.number(item.theirs());
        csv.number(item.difference());
        csv.end();
    }
}
