package dev.seedgate.credit.ledger;

import dev.seedgate.credit.ledger.DependentRows.Column;
import dev.seedgate.platform.database.SqlArrays;
import dev.seedgate.platform.database.SqlInstants;
import dev.seedgate.platform.telemetry.AfterCommit;
import dev.seedgate.platform.telemetry.TeamMetrics;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * The part of the ledger that reserves: the verdict of a team's limits on a task's price, and the
 * entry that holds it until {@link Ledger} settles or releases it.
 */
@Service
@Transactional(propagation = Propagation.MANDATORY)
public class Reservations {

    private final JdbcClient jdbc;
    private final TeamMetrics metrics;
    // One for each place in the code that reserves.
    private final Map<DependentRows, ReservationSql> statements = new ConcurrentHashMap<>();
    // For which the fast path would take nothing. As many as there are teams, at most.
    private final Set<Long> teamsForVerdict = ConcurrentHashMap.newKeySet();

    Reservations(JdbcClient jdbc, TeamMetrics metrics) {
        this.jdbc = jdbc;
        this.metrics = metrics;
    }

    /**
     * Says what {@link #reserve} would do at this moment. Neither locks nor writes, so a refusal
     * costs nothing. It admits nothing: by the time of the reservation the limits may refuse.
     */
    public AdmissionVerdict preview(ReservationRequest request) {
        return jdbc.sql(ReservationSql.PREVIEW)
                .params(values(request))
                .query((row, _) -> new AdmissionVerdict(refusal(row, request), exceeded(row)))
                .single();
    }

    /**
     * Holds the price of a task, or refuses with {@code FORBIDDEN}, {@code TEAM_RATE_LIMITED},
     * {@code TEAM_TASKS_IN_FLIGHT} or {@code TEAM_QUOTA_EXHAUSTED}. Locks the account until the
     * commit: call it late. A team with soft limits is refused only while it is suspended.
     *
     * @param rows what else is written if it is not refused, in the same statement: one round trip
     *     while the account is locked instead of one for each table
     */
    public Reservation reserve(ReservationRequest request, DependentRows rows) {
        return tryToReserve(request, rows)
                // It holds the account's lock now: what it sees can't change any more.
                .or(() -> tryToReserve(request, rows))
                .orElseThrow(
                        () -> new IllegalStateException("the account's budgets are miscounted"));
    }

    /** Empty when the team's budgets have changed while the account was waited for. */
    private Optional<Reservation> tryToReserve(ReservationRequest request, DependentRows rows) {
        return one(sql(rows).verdict().one(), request)
                .query((row, _) -> {
                    if (row.getBoolean("stale")) {
                        return Optional.<Reservation>empty();
                    }
                    ApiException refusal = refusal(row, request);
                    if (refusal != null) {
                        throw refusal;
                    }
                    return Optional.of(reserved(row, request));
                })
                .single();
    }

    /**
     * Holds the prices of tasks of any teams, each as if it came alone after those before it, in
     * one statement, which outside of a transaction is its own. It refuses none: an order that is
     * beyond a limit, those of its team behind it, and one whose rows can't be written, are left
     * out, to be reserved one by one. Locks the accounts until the commit, in the order of the
     * teams.
     *
     * <p>Takes the fast path while it is thought to do for all the teams. Where it does not for one
     * the team's orders are {@link BatchReservation#undecided()}, and it is judged whole from then
     * on, until they keep within its limits again.
     *
     * @param waiting whether it waits for an account that another transaction holds; if not, the
     *     orders of its team are undecided, too
     */
    @Transactional(propagation = Propagation.SUPPORTS)
    public BatchReservation reserveAll(
            List<ReservationRequest> requests, DependentRows rows, boolean waiting) {
        ReservationSql sql = sql(rows);
        boolean fast = requests.stream().noneMatch(it -> teamsForVerdict.contains(it.teamId()));
        String text = (fast ? sql.fastPath() : sql.verdict()).of(requests.size(), waiting);
        JdbcClient.StatementSpec statement =
                requests.size() == 1
                        ? one(text, requests.getFirst())
                        : many(text, requests, sql.columns());
        Map<String, Reservation> reserved = new HashMap<>();
        // Where it has waited, one without a row has no account at all.
        Set<String> undecided =
                waiting
                        ? new HashSet<>()
                        : requests.stream()
                                .map(ReservationRequest::reference)
                                .collect(Collectors.toCollection(HashSet::new));
        statement
                .query((row, _) -> {
                    ReservationRequest request = requests.get(row.getInt("place") - 1);
                    if (!row.getBoolean("refused")) {
                        reserved.put(request.reference(), reserved(row, request));
                    }
                    // Null says nothing: of one that is left out for its rows.
                    Boolean onFastPath = row.getObject("on_fast_path", Boolean.class);
                    boolean needsVerdict = Boolean.FALSE.equals(onFastPath);
                    if (needsVerdict) {
                        teamsForVerdict.add(request.teamId());
                    } else if (onFastPath != null) {
                        teamsForVerdict.remove(request.teamId());
                    }
                    if (fast && needsVerdict) {
                        undecided.add(request.reference());
                    } else {
                        undecided.remove(request.reference());
                    }
                    return request;
                })
                .list();
        return new BatchReservation(reserved, undecided);
    }

    private Reservation reserved(ResultSet row, ReservationRequest request) throws SQLException {
        long credits = request.price().credits();
        String team = row.getString("slug");
        AfterCommit.run(() -> metrics.moved(EntryKind.RESERVE.word(), team, credits));
        long left = row.getLong("remaining");
        Long remaining = row.wasNull() ? null : Math.max(0, left - credits);
        return new Reservation(credits, remaining, exceeded(row));
    }

    private JdbcClient.StatementSpec one(String sql, ReservationRequest request) {
        return constants(jdbc.sql(sql)).params(values(request));
    }

    private JdbcClient.StatementSpec many(
            String sql, List<ReservationRequest> requests, List<Column> columns) {
        List<Map<String, @Nullable Object>> values =
                requests.stream().map(Reservations::values).toList();
        JdbcClient.StatementSpec statement = constants(jdbc.sql(sql));
        for (Column column : columns) {
            statement.param(
                    column.name(),
                    SqlArrays.column(column.type(), values, it -> it.get(column.name())));
        }
        return statement;
    }

    private static JdbcClient.StatementSpec constants(JdbcClient.StatementSpec statement) {
        return statement
                .param("kind", EntryKind.RESERVE.word())
                .param("debit", LedgerAccount.TEAM.word())
                .param("credit", LedgerAccount.HELD.word())
                .param("priceVersion", ClipPrice.PRICE_VERSION);
    }

    private static Map<String, @Nullable Object> values(ReservationRequest request) {
        Map<String, @Nullable Object> values = new HashMap<>(request.dependentValues());
        values.put("task", request.reference());
        values.put("team", request.teamId());
        values.put("credits", request.price().credits());
        values.put("key_id", request.keyId());
        values.put("key_name", request.keyName());
        values.put("project", request.project());
        values.put("cost_center", request.costCenter());
        values.put("actor", request.actor().name());
        values.put("preset", request.price().label());
        values.put("upstream", request.upstream());
        return values;
    }

    private ReservationSql sql(DependentRows rows) {
        return statements.computeIfAbsent(rows, ReservationSql::with);
    }

    private static @Nullable ErrorCode exceeded(ResultSet row) throws SQLException {
        String broken = row.getString("broken");
        return broken == null ? null : ErrorCode.valueOf(broken);
    }

    private static @Nullable ApiException refusal(ResultSet row, ReservationRequest request)
            throws SQLException {
        String name = row.getString("refusal");
        if (name == null) {
            return null;
        }
        ErrorCode refusal = ErrorCode.valueOf(name);
        long credits = request.price().credits();
        return switch (refusal) {
            case FORBIDDEN ->
                    new ApiException(
                            refusal,
                            "Your team is suspended: it can read its tasks, but not create any. Ask an admin.");
            case TEAM_RATE_LIMITED -> rateLimited(row);
            case TEAM_TASKS_IN_FLIGHT ->
                    new ApiException(
                            refusal,
                            "Your team has %d tasks in flight, its limit at Seedgate. Wait until one ends."
                                    .formatted(row.getInt("max_in_flight")),
                            // A render takes longer than this, but the oldest may end at any
                            // moment.
                            Duration.ofSeconds(5));
            default ->
                    new ApiException(
                            ErrorCode.TEAM_QUOTA_EXHAUSTED,
                            row.getBoolean("quota_is_short")
                                    ? "This clip needs %d credits and your team has %d left. The monthly quota renews at %s; an admin can top up before."
                                            .formatted(
                                                    credits, row.getLong("remaining"), renewal(row))
                                    : "This clip needs %d credits and the budget of %s has %d left. It renews at %s; an admin can raise it before."
                                            .formatted(
                                                    credits,
                                                    budgetOwner(row, request),
                                                    row.getLong("budget_left"),
                                                    renewal(row)));
        };
    }

    private static Instant renewal(ResultSet row) throws SQLException {
        return SqlInstants.get(row, "renews_at").truncatedTo(ChronoUnit.SECONDS);
    }

    private static String budgetOwner(ResultSet row, ReservationRequest request)
            throws SQLException {
        String project = row.getString("tight_project");
        return project == null
                ? "your key \"" + request.keyName() + "\""
                : "the project \"" + project + "\"";
    }

    private static ApiException rateLimited(ResultSet row) throws SQLException {
        Duration wait = Duration.ofSeconds(Math.max(1, row.getLong("rate_wait")));
        return new ApiException(
                ErrorCode.TEAM_RATE_LIMITED,
                "Your team has made all the creates its limit at Seedgate allows in a minute. Try again in %d s."
                        .formatted(wait.toSeconds()),
                wait);
    }
}
