package dev.seedgate.billing.integrity;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.seedgate.platform.database.BillingCalendar;
import dev.seedgate.platform.database.BillingCalendar.Range;
import dev.seedgate.platform.database.SqlInstants;
import dev.seedgate.platform.reporting.ReportingDatabase;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.platform.web.api.CsvBody;
import dev.seedgate.platform.web.api.CsvColumn;
import dev.seedgate.platform.web.api.CsvWriter;
import dev.seedgate.vendor.client.Vendor;
import java.io.OutputStream;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/**
 * The reconciliation: compares what the vendor took, job by job, with what the teams are charged
 * for it, and lists where they differ or the outcome is unknown. What the vendor took is counted as
 * the vendor balance counts it, so that the drift is what the balance lost beyond the charges. An
 * item belongs to the day of its charge, one for a second id to the day that id was seen. Covers
 * the tasks at the present vendor.
 */
@Service
public class Reconciliations {

    /**
     * The first branch has what differs; the second, by the condition of the index task_untold word
     * by word so that it is used, where the vendor named no figure.
     */
    private static final String ITEMS =
            """
            with found as (
                select t.id, t.phase, t.given_up, j.upstream_task_id, j.charged as ours, j.told as theirs, j.taken,
                    case when j.upstream_task_id is distinct from t.upstream_task_id then j.seen_at end as second_at
                from vendor_charge j join task_outcome t on t.id = j.task_id
                where j.drifted_at is not null and j.upstream = :upstream
                union all
                select id, phase, given_up, upstream_task_id, case when phase = 'FAILED' then 0 else credits end, null,
                    credits, null
                from task_outcome
                where ((phase = 'SUCCEEDED' and upstream_credits is null)
                    or phase in ('UNCERTAIN', 'EXPIRED')
                    or (given_up and upstream_task_id is null)) and upstream = :upstream
            ), item as (
                select f.id, r.team_slug, r.project, r.preset, coalesce(f.second_at, r.at) as at, f.phase,
                    f.upstream_task_id, coalesce(f.upstream_task_id, '') as job, f.ours, f.theirs,
                    f.taken - f.ours as difference,
                    case when f.second_at is not null then 'SECOND_ID'
                         when f.phase in ('UNCERTAIN', 'EXPIRED') then 'UNKNOWN_OUTCOME'
                         when f.theirs is null and f.given_up then 'POSSIBLE_LOSS'
                         when f.theirs is null then 'NOT_TOLD'
                         when f.ours = 0 then 'CHARGED_THERE'
                         when f.theirs = 0 then 'REFUNDED_THERE'
                         else 'WRONG_PRICE' end as kind
                from found f cross join lateral (
                    -- One by one: a plan of another form would read the whole ledger.
                    select at, team_slug, project, preset from ledger_movement
                    where task_id = f.id and kind = 'reserve' offset 0) r
                where coalesce(f.second_at, r.at) >= :from and coalesce(f.second_at, r.at) < :to
            )
            """;

    private static final List<CsvColumn<Reconciliation.DriftItem>> COLUMNS =
            List.of(
                    new CsvColumn<>("task_id", Reconciliation.DriftItem::taskId),
                    new CsvColumn<>("team", Reconciliation.DriftItem::team),
                    new CsvColumn<>("project", Reconciliation.DriftItem::project),
                    new CsvColumn<>("preset", Reconciliation.DriftItem::preset),
                    new CsvColumn<>("charged_at", Reconciliation.DriftItem::chargedAt),
                    new CsvColumn<>("kind", Reconciliation.DriftItem::kind),
                    new CsvColumn<>("phase", Reconciliation.DriftItem::phase),
                    new CsvColumn<>("upstream_task_id", Reconciliation.DriftItem::upstreamTaskId),
                    new CsvColumn<>("ours", Reconciliation.DriftItem::ours),
                    new CsvColumn<>("theirs", Reconciliation.DriftItem::theirs),
                    new CsvColumn<>("difference", Reconciliation.DriftItem::difference));

    private final ReportingDatabase reporting;
    private final BillingCalendar calendar;
    private final Vendor vendor;

    Reconciliations(ReportingDatabase reporting, BillingCalendar calendar, Vendor vendor) {
        this.reporting = reporting;
        this.calendar = calendar;
        this.vendor = vendor;
    }

    /** Drift and days of the whole range, and a page of its items. */
    public Reconciliation page(
            @Nullable String from, @Nullable String to, @Nullable String cursor, int limit) {
        Position after = Position.of(cursor);
        Map<String, Object> parameters = parameters(from, to);
        return reporting.read(null, jdbc -> page(jdbc, parameters, after, limit));
    }

    /** All items, written as they are read. */
    public CsvBody csv(@Nullable String from, @Nullable String to) {
        Map<String, Object> parameters = parameters(from, to);
        return client ->
                reporting.download(null, client, (jdbc, out) -> write(jdbc, parameters, out));
    }

    private static void write(JdbcClient jdbc, Map<String, Object> parameters, OutputStream out) {
        CsvWriter csv = new CsvWriter(out);
        csv.header(COLUMNS);
        jdbc.sql(ITEMS + "select * from item order by id, job")
                .params(parameters)
                .query(row -> {
                    csv.row(COLUMNS, item(row));
                });
        csv.flush();
    }

    private Reconciliation page(
            JdbcClient jdbc, Map<String, Object> parameters, Position after, int limit) {
        List<Reconciliation.DriftDay> days =
                jdbc.sql(
                                ITEMS
                                        + """
                                        select to_char(at at time zone :zone, 'YYYY-MM-DD') as day, count(*) as items,
                                            coalesce(sum(difference), 0)::bigint as drift
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
                                        + "select * from item where (id, job) > (:task collate \"C\", :job collate \"C\") order by id, job limit :limit")
                        .params(parameters)
                        .param("task", after.task())
                        .param("job", after.job())
                        .param("limit", limit + 1)
                        .query((row, _) -> item(row))
                        .list();
        boolean more = items.size() > limit;
        return new Reconciliation(
                days.stream().mapToLong(Reconciliation.DriftDay::drift).sum(),
                more ? items.subList(0, limit) : items,
                days,
                more ? Position.of(items.get(limit - 1)).cursor() : null,
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
                SqlInstants.get(row, "at"),
                Reconciliation.Kind.valueOf(row.getString("kind")),
                row.getString("phase"),
                row.getString("upstream_task_id"),
                ours,
                theirs,
                row.getLong("difference"));
    }

    /** Where a page ends: a task may have several items, one for each of its jobs. */
    private record Position(String task, String job) {

        static Position of(Reconciliation.DriftItem item) {
            return new Position(
                    item.taskId(), Objects.requireNonNullElse(item.upstreamTaskId(), ""));
        }

        static Position of(@Nullable String cursor) {
            if (cursor == null) {
                return new Position("", "");
            }
            String[] parts = cursor.split("\\.", -1);
            try {
                String job = new String(Base64.getUrlDecoder().decode(parts[1]), US_ASCII);
                return new Position(TaskId.parse(parts[0]).orElseThrow().value(), job);
            } catch (IllegalArgumentException
                    | NoSuchElementException
                    | ArrayIndexOutOfBoundsException e) {
                throw new ApiException(
                        ErrorCode.INVALID_REQUEST,
                        "cursor must be the next_cursor of another page.");
            }
        }

        String cursor() {
            return task
                    + "."
                    + Base64.getUrlEncoder()
                            .withoutPadding()
                            .encodeToString(job.getBytes(US_ASCII));
        }
    }
}
