package dev.seedgate.billing.usage;

import dev.seedgate.platform.database.BillingCalendar;
import dev.seedgate.platform.database.BillingCalendar.Range;
import dev.seedgate.platform.database.SqlInstants;
import dev.seedgate.platform.reporting.ReportingDatabase;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.Page;
import dev.seedgate.vendor.client.Vendor;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/**
 * The ledger entries that a figure of the usage report is made of, the newest first. They are read
 * one by one, never from the sums, so that their own sum proves the report's.
 */
@Service
public class UsageEntries {

    /** Beyond it the sum is that of the newest. */
    public static final int MOST_SUMMED = 10_000;

    private static final String FOUND =
            """
            from ledger_movement m
            where m.at >= :from and m.at < :to and m.upstream = :upstream and {of the figure} {of the row}
            """;

    private final ReportingDatabase reporting;
    private final BillingCalendar calendar;
    private final Vendor vendor;

    UsageEntries(ReportingDatabase reporting, BillingCalendar calendar, Vendor vendor) {
        this.reporting = reporting;
        this.calendar = calendar;
        this.vendor = vendor;
    }

    /** A page of them. */
    public Page<UsageEntry> find(UsageEntryQuery query, @Nullable String cursor, int limit) {
        Position after = Position.of(cursor);
        return read(
                query,
                (found, jdbc) ->
                        Page.of(
                                jdbc.sql(
                                                """
                                                select m.id, m.at, m.kind, m.task_id, m.team_slug, m.project,
                                                    m.cost_center, m.preset, m.key_name, m.credits
                                                %s and (m.at, m.id) < (cast(:after as timestamptz), :id)
                                                order by m.at desc, m.id desc limit :limit
                                                """
                                                        .formatted(found.sql()))
                                        .params(found.parameters())
                                        .param("after", after.at())
                                        .param("id", after.id())
                                        .param("limit", limit + 1)
                                        .query((row, _) -> entry(row))
                                        .list(),
                                limit,
                                Position::after));
    }

    /** What all of them come to, on however many pages. */
    public Sum sum(UsageEntryQuery query) {
        return read(
                query,
                (found, jdbc) ->
                        jdbc.sql(
                                        """
                                        select count(*) as entries,
                                            coalesce(sum(credits) filter (where kind = 'reserve'), 0)::bigint as charged,
                                            coalesce(sum(credits) filter (where kind = 'release'), 0)::bigint as refunded
                                        from (select m.kind, m.credits %s
                                              order by m.at desc, m.id desc limit :most) newest
                                        """
                                                .formatted(found.sql()))
                                .params(found.parameters())
                                .param("most", MOST_SUMMED)
                                .query((row, _) ->
                                        new Sum(
                                                row.getLong("entries"),
                                                row.getLong("charged"),
                                                row.getLong("refunded")))
                                .single());
    }

    private <T> T read(UsageEntryQuery query, BiFunction<Condition, JdbcClient, T> read) {
        Range range = calendar.range(query.from(), query.to());
        Map<String, Object> parameters = new HashMap<>();
        parameters.put("from", range.start());
        parameters.put("to", range.end());
        parameters.put("upstream", vendor.name());
        StringBuilder row = new StringBuilder();
        for (String word : UsageEntryQuery.WORDS) {
            String value = query.where().get(word);
            if (value != null) {
                row.append(condition(word, value));
                parameters.put(word, value);
            }
        }
        Condition found =
                new Condition(
                        FOUND.replace("{of the figure}", condition(query.figure()))
                                .replace("{of the row}", row),
                        parameters);
        return reporting.read(null, jdbc -> read.apply(found, jdbc));
    }

    private static String condition(String word, String value) {
        GroupBy column =
                Arrays.stream(GroupBy.values())
                        .filter(it -> it.word().equals(word))
                        .findFirst()
                        .orElseThrow();
        if (value.isEmpty()) {
            return " and %s is null".formatted(column.expression());
        }
        // By the index of a team's entries where there is one.
        String team =
                column == GroupBy.TEAM
                        ? " and m.team_id = (select id from team_limits where slug = :team)"
                        : "";
        return "%s and cast(%s as text) = :%s".formatted(team, column.expression(), word);
    }

    private static String condition(UsageFigure figure) {
        return switch (figure) {
            case CREATED, CHARGED -> "m.kind = 'reserve'";
            case SUCCEEDED, SECONDS -> "m.kind = 'settle'";
            case FAILED, REFUNDED -> "m.kind = 'release'";
            case NET -> "m.kind in ('reserve', 'release')";
            case UNCERTAIN ->
                    "m.kind = 'reserve' and m.task_id in (select id from task_outcome where phase in ('UNCERTAIN', 'EXPIRED'))";
        };
    }

    private static UsageEntry entry(ResultSet row) throws SQLException {
        return new UsageEntry(
                row.getLong("id"),
                SqlInstants.get(row, "at"),
                row.getString("kind"),
                row.getString("task_id"),
                row.getString("team_slug"),
                row.getString("project"),
                row.getString("cost_center"),
                row.getString("preset"),
                row.getString("key_name"),
                row.getLong("credits"));
    }

    /**
     * What entries come to.
     *
     * @param entries how many there are, {@link #MOST_SUMMED} at most
     * @param charged credits of those that charge
     * @param refunded credits of those that give back
     */
    public record Sum(long entries, long charged, long refunded) {

        public long net() {
            return charged - refunded;
        }

        /** Whether there may be more than were summed. */
        public boolean isCut() {
            return entries >= MOST_SUMMED;
        }
    }

    /** The from and where of a statement. */
    private record Condition(String sql, Map<String, Object> parameters) {}

    /** Where a page ends. */
    private record Position(String at, long id) {

        static String after(UsageEntry entry) {
            return entry.at() + "_" + entry.id();
        }

        static Position of(@Nullable String cursor) {
            if (cursor == null) {
                return new Position("infinity", Long.MAX_VALUE);
            }
            try {
                String[] parts = cursor.split("_", -1);
                return new Position(Instant.parse(parts[0]).toString(), Long.parseLong(parts[1]));
            } catch (DateTimeParseException
                    | NumberFormatException
                    | ArrayIndexOutOfBoundsException _) {
                throw new ApiException(
                        ErrorCode.INVALID_REQUEST,
                        "cursor must be the next_cursor of another page.");
            }
        }
    }
}
