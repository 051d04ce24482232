package dev.seedgate.credit.ledger;

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
import java.util.Map;
import java.util.Optional;
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

    /**
     * Sees every limit as it is, and which of them refuses, in the order suspended, rate, in
     * flight, quota. GCRA: a create may come when the theoretical arrival time it would move is at
     * most a minute ahead, so that a whole minute's allowance can come at once. The budgets of the
     * key and the project come after the quota, and a team without any pays nothing for them. Soft
     * limits, but for the suspension, are seen and not enforced: what is beyond quota and top-ups
     * then counts on the quota.
     */
    private static final String VERDICT =
            """
            with a as materialized (
                select t.id as team_id, t.slug, t.monthly_quota, t.max_in_flight, t.soft_limits,
                       t.suspended or t.archived_at is not null as closed,
                       gateway_now() as now, m.renews_at,
                       interval '1 minute' / t.generate_per_minute as rate_step,
                       greatest(a.rate_tat, gateway_now()) as rate_tat,
                       greatest(a.period, m.period) as period,
                       case when a.period < m.period then 0 else a.used end as used,
                       a.top_ups, a.in_flight, a.budget_changes
                from account a join team_limits t on t.id = a.team_id cross join billing_month m
                where a.team_id = :team
                %1$s
            ), b as materialized (
                select b.id, b.key_id, b.project, b.monthly_credits,
                       case when b.period < a.period then 0 else b.used end as used
                from a join budget b on a.budget_changes > 0 and b.team_id = a.team_id
                    and (b.project = cast(:project as text) or b.key_id =
                        (select coalesce(origin_id, id) from team_key where id = :keyId))
                %2$s
            ), tight as (
                select key_id, project, greatest(monthly_credits - used, 0) as budget_left from b
                where used + :credits > monthly_credits order by key_id nulls last limit 1
            ), price as (
                select a.*,
                       -- The locked row is the latest, this one what the statement sees: a budget that was made
                       -- or taken away while the account was waited for.
                       budget_changes <> (select budget_changes from account where team_id = :team) as stale,
                       monthly_quota is not null and greatest(monthly_quota - used, 0) + top_ups < :credits
                           as quota_is_short,
                       case when monthly_quota is null then 0
                                 else least(top_ups, :credits - least(:credits, greatest(monthly_quota - used, 0)))
                            end as from_top_ups
                from a
            ), seen as (
                select price.*, tight.key_id as tight_key, tight.project as tight_project, tight.budget_left,
                       case when closed then 'FORBIDDEN'
                            when rate_tat + rate_step > now + interval '1 minute' then 'TEAM_RATE_LIMITED'
                            when in_flight >= max_in_flight then 'TEAM_TASKS_IN_FLIGHT'
                            when quota_is_short or tight.budget_left is not null then 'TEAM_QUOTA_EXHAUSTED'
                       end as broken
                from price left join tight on true
            ), verdict as (
                select seen.*, case when closed or not soft_limits then broken end as refusal from seen
            )\
            """;

    private static final String ANSWER =
            """
            select refusal, broken, stale, slug, max_in_flight, renews_at,
                   quota_is_short, tight_key, tight_project, budget_left,
                   ceil(extract(epoch from rate_tat + rate_step - interval '1 minute' - now)) as rate_wait,
                   case when monthly_quota is null then null
                        else greatest(monthly_quota - used, 0) + top_ups end as remaining
            from verdict
            """;

    /** Neither locks nor writes. */
    private static final String PREVIEW = VERDICT.formatted("", "") + "\n" + ANSWER;

    /**
     * Locks the account first, so that no other transaction moves it between the verdict and the
     * move. The caller's own rows come between this and the answer.
     */
    private static final String RESERVE =
            VERDICT.formatted("for update of a", "for update of b")
                    + """
                    , moved as (
                        update account set
                            period = v.period,
                            used = v.used + :credits - v.from_top_ups,
                            top_ups = v.top_ups - v.from_top_ups,
                            in_flight = v.in_flight + 1,
                            rate_tat = case when v.rate_step is null then account.rate_tat
                                            -- Beyond a soft limit no debt piles up that a hard one would have to be waited for.
                                            else least(v.rate_tat + v.rate_step, v.now + interval '1 minute') end
                        from verdict v
                        where account.team_id = v.team_id and v.refusal is null and not v.stale
                        returning account.team_id
                    ), spent as (
                        update budget set
                            period = v.period,
                            used = case when budget.period < v.period then 0 else budget.used end + :credits
                        from b cross join verdict v join moved using (team_id)
                        where budget.id = b.id
                    ), entry as (
                        insert into ledger_entry (at, kind, team_id, debit, credit, credits, period, from_quota,
                            from_top_ups, task_id, reason, actor, team_slug, project, cost_center, key_id, key_name,
                            preset, price_version, upstream)
                        select (select now from ledger_clock), :kind, v.team_id, :debit, :credit, :credits, v.period, :credits - v.from_top_ups,
                            v.from_top_ups, :task, v.broken, :actor, v.slug, :project, :costCenter, :keyId,
                            :keyName, :preset, :priceVersion, :upstream
                        from verdict v join moved using (team_id)
                    )
                    """;

    private final JdbcClient jdbc;
    private final TeamMetrics metrics;

    Reservations(JdbcClient jdbc, TeamMetrics metrics) {
        this.jdbc = jdbc;
        this.metrics = metrics;
    }

    /**
     * Says what {@link #reserve} would do at this moment. Neither locks nor writes, so a refusal
     * costs nothing. It admits nothing: by the time of the reservation the limits may refuse.
     */
    public AdmissionVerdict preview(ReservationRequest request) {
        return jdbc.sql(PREVIEW)
                .param("team", request.teamId())
                .param("credits", request.price().credits())
                .param("project", request.project())
                .param("keyId", request.keyId())
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
        String sql = RESERVE + rows.sql() + ANSWER;
        return tryToReserve(request, sql, rows.parameters())
                // It holds the account's lock now: what it sees can't change any more.
                .or(() -> tryToReserve(request, sql, rows.parameters()))
                .orElseThrow(
                        () -> new IllegalStateException("the account's budgets are miscounted"));
    }

    /** Empty when the team's budgets have changed while the account was waited for. */
    private Optional<Reservation> tryToReserve(
            ReservationRequest request, String sql, Map<String, @Nullable Object> rows) {
        long credits = request.price().credits();
        return jdbc.sql(sql)
                .params(rows)
                .param("kind", EntryKind.RESERVE.word())
                .param("debit", LedgerAccount.TEAM.word())
                .param("credit", LedgerAccount.HELD.word())
                .param("team", request.teamId())
                .param("credits", credits)
                .param("task", request.reference())
                .param("actor", request.actor().name())
                .param("project", request.project())
                .param("costCenter", request.costCenter())
                .param("keyId", request.keyId())
                .param("keyName", request.keyName())
                .param("preset", request.price().label())
                .param("priceVersion", ClipPrice.PRICE_VERSION)
                .param("upstream", request.upstream())
                .query((row, _) -> {
                    if (row.getBoolean("stale")) {
                        return Optional.<Reservation>empty();
                    }
                    Reservation reservation = reservation(row, request, credits);
                    String team = row.getString("slug");
                    AfterCommit.run(() -> metrics.moved(EntryKind.RESERVE.word(), team, credits));
                    return Optional.of(reservation);
                })
                .single();
    }

    private static Reservation reservation(ResultSet row, ReservationRequest request, long credits)
            throws SQLException {
        long left = row.getLong("remaining");
        Long remaining = row.wasNull() ? null : left;
        ApiException refusal = refusal(row, request);
        if (refusal != null) {
            throw refusal;
        }
        return new Reservation(
                credits,
                remaining == null ? null : Math.max(0, remaining - credits),
                exceeded(row));
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
