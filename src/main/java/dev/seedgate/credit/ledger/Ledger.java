package dev.seedgate.credit.ledger;

import dev.seedgate.access.team.TeamCreated;
import dev.seedgate.access.team.TeamDetails;
import dev.seedgate.platform.telemetry.AfterCommit;
import dev.seedgate.platform.telemetry.TeamMetrics;
import dev.seedgate.platform.values.Actor;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.SqlArrayValue;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * The ledger of credits. It and {@link Reservations} alone write entries and move teams' accounts:
 * a task's price is reserved, then settled or released, once. Each verb is one statement that moves
 * the accounts and writes the entries, and joins the caller's transaction, so that the money moves
 * with the task or not at all.
 */
@Service
@Transactional(propagation = Propagation.MANDATORY)
public class Ledger {

    /** The entries that close reservations: each copies what was frozen at its start. */
    private static final String CLOSE =
            """
            with reserved as (
                -- One look into the index for each: of many at once the planner may read a whole month.
                select r.* from unnest((select :tasks)) as closed (task_id) cross join lateral (
                    select * from ledger_entry where task_id = closed.task_id and kind = 'reserve'
                    offset 0) r
            ), entry as (
                insert into ledger_entry (at, kind, team_id, debit, credit, credits, period, from_quota,
                    from_top_ups, task_id, reason, actor, team_slug, project, cost_center, key_id,
                    key_name, preset, price_version, upstream)
                select (select now from ledger_clock), :kind, team_id, :debit, :credit, credits, period, from_quota, from_top_ups,
                    task_id, :reason, :actor, team_slug, project, cost_center, key_id, key_name, preset,
                    price_version, upstream
                from reserved
                returning team_id, team_slug, credits, period, from_quota, from_top_ups
            )
            """;

    private static final String SETTLE =
            CLOSE
                    + """
                    , share as (
                        select team_id, count(*) * :leavesInFlight as leaving from reserved group by team_id
                    ), held as materialized (
                        -- In this order, so that no two groups wait for each other.
                        select team_id from account where team_id in (select team_id from share)
                        order by team_id for no key update
                    ), moved as (
                        update account a set in_flight = a.in_flight - s.leaving
                        from held join share s using (team_id) where a.team_id = held.team_id
                        returning a.team_id
                    )
                    select e.team_slug, e.credits from entry e join moved using (team_id)
                    """;

    /** Gives back what a release gives back. */
    private static final String RELEASE =
            CLOSE
                    + """
                    update account a set
                        used = a.used - case when a.period = e.period then e.from_quota else 0 end,
                        top_ups = a.top_ups + e.from_top_ups,
                        in_flight = a.in_flight - :leavesInFlight
                    from entry e
                    where a.team_id = e.team_id
                    returning e.team_slug, e.credits, a.budget_changes
                    """;

    /**
     * Gives a released charge back to the budgets that it was counted on, while its month is still
     * the current one. A statement of its own: the one that waited for the account may not see a
     * budget that was made meanwhile.
     */
    private static final String REFUND_BUDGETS =
            """
            update budget b set used = greatest(b.used - e.credits, 0)
            from ledger_entry e
            where e.task_id = :task and e.kind = 'reserve' and b.team_id = e.team_id and b.period = e.period
                and (b.project = e.project
                    or b.key_id = (select coalesce(origin_id, id) from team_key where id = e.key_id))
            """;

    private static final String TOP_UP =
            """
            with moved as (
                update account set top_ups = top_ups + :credits
                where team_id = :team and top_ups + :credits >= 0
                returning team_id
            )
            insert into ledger_entry (kind, team_id, debit, credit, credits, period, from_quota,
                from_top_ups, top_up_id, reason, actor, team_slug, cost_center)
            select :kind, team_id, :debit, :credit, abs(:credits), gateway_period(), 0, abs(:credits),
                :topUp, :reason, :actor, :slug, :costCenter
            from moved
            """;

    private final JdbcClient jdbc;
    private final TeamMetrics metrics;

    Ledger(JdbcClient jdbc, TeamMetrics metrics) {
        this.jdbc = jdbc;
        this.metrics = metrics;
    }

    /**
     * Keeps the charges: these tasks, one or more, have succeeded. Locks the accounts of their
     * teams until the commit: call it late, with the tasks locked already.
     *
     * @param leavesInFlight whether the tasks leave the set of those in flight with this
     */
    public void settle(Collection<String> tasks, boolean leavesInFlight, Actor actor) {
        if (tasks.isEmpty()) {
            return;
        }
        List<String> settled =
                close(
                                SETTLE,
                                tasks,
                                EntryKind.SETTLE,
                                LedgerAccount.SPENT,
                                leavesInFlight,
                                null,
                                actor)
                        .query((row, _) -> countMovement(EntryKind.SETTLE.word(), row))
                        .list();
        checkClosed(EntryKind.SETTLE, tasks, settled.size());
    }

    /** Gives the charge back: top-ups always, quota while its month is still the current one. */
    public void release(String task, boolean leavesInFlight, String reason, Actor actor) {
        List<Boolean> accounts =
                close(
                                RELEASE,
                                List.of(task),
                                EntryKind.RELEASE,
                                LedgerAccount.TEAM,
                                leavesInFlight,
                                reason,
                                actor)
                        .query((row, _) -> {
                            countMovement(EntryKind.RELEASE.word(), row);
                            return row.getInt("budget_changes") > 0;
                        })
                        .list();
        checkClosed(EntryKind.RELEASE, List.of(task), accounts.size());
        if (accounts.getFirst()) {
            jdbc.sql(REFUND_BUDGETS).param("task", task).update();
        }
    }

    /**
     * Books what the vendor may have taken for a task that its team does not pay: the company's
     * loss, if it is one.
     */
    public void bookPossibleLoss(String task, String reason, Actor actor) {
        jdbc.sql(
                        """
                        insert into ledger_entry (kind, team_id, debit, credit, credits, period, from_quota,
                            from_top_ups, task_id, reason, actor, team_slug, project, cost_center, key_id,
                            key_name, preset, price_version, upstream)
                        select :kind, team_id, :debit, :credit, credits, gateway_period(),
                            credits, 0, task_id, :reason, :actor, team_slug, project, cost_center, key_id,
                            key_name, preset, price_version, upstream
                        from ledger_entry where task_id = :task and kind = 'reserve'
                        returning team_slug, credits
                        """)
                .param("kind", EntryKind.ADJUST.word())
                .param("debit", LedgerAccount.COMPANY.word())
                .param("credit", LedgerAccount.POSSIBLE_LOSS.word())
                .param("task", task)
                .param("reason", reason)
                .param("actor", actor.name())
                .query((row, _) -> countMovement(LedgerAccount.POSSIBLE_LOSS.word(), row))
                .list();
    }

    /**
     * Books a top-up: a grant goes from the company to the team, what is taken back is an
     * adjustment the other way. Taking back more than is unspent is {@code INVALID_REQUEST}.
     */
    void topUp(TeamDetails team, TopUp topUp, Actor actor) {
        boolean granted = topUp.credits() > 0;
        LedgerAccount from = granted ? LedgerAccount.COMPANY : LedgerAccount.TEAM;
        LedgerAccount to = granted ? LedgerAccount.TEAM : LedgerAccount.COMPANY;
        int moved =
                jdbc.sql(TOP_UP)
                        .param("credits", topUp.credits())
                        .param("team", team.id())
                        .param("kind", (granted ? EntryKind.GRANT : EntryKind.ADJUST).word())
                        .param("debit", from.word())
                        .param("credit", to.word())
                        .param("topUp", topUp.id())
                        .param("reason", topUp.reason())
                        .param("actor", actor.name())
                        .param("slug", team.slug())
                        .param("costCenter", team.costCenter())
                        .update();
        if (moved == 0) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST,
                    "credits: the team has fewer unspent top-ups than are to be taken back.");
        }
    }

    /** Takes a task out of those in flight; its charge stays held. */
    public void leaveInFlight(long teamId) {
        moveInFlight(teamId, -1);
    }

    /** Takes a task back into those in flight, beyond the limit too. */
    public void enterInFlight(long teamId) {
        moveInFlight(teamId, 1);
    }

    private JdbcClient.StatementSpec close(
            String sql,
            Collection<String> tasks,
            EntryKind kind,
            LedgerAccount credit,
            boolean leavesInFlight,
            @Nullable String reason,
            Actor actor) {
        return jdbc.sql(sql)
                .param("tasks", new SqlArrayValue("text", tasks.toArray()))
                .param("kind", kind.word())
                .param("debit", LedgerAccount.HELD.word())
                .param("credit", credit.word())
                .param("leavesInFlight", leavesInFlight ? 1 : 0)
                .param("reason", reason)
                .param("actor", actor.name());
    }

    private static void checkClosed(EntryKind kind, Collection<String> tasks, int closed) {
        if (closed != tasks.size()) {
            throw new IllegalStateException(
                    "%s of %s: %d of them have a charge".formatted(kind.word(), tasks, closed));
        }
    }

    private String countMovement(String movement, ResultSet row) throws SQLException {
        String team = row.getString("team_slug");
        countMovement(movement, team, row.getLong("credits"));
        return team;
    }

    private void countMovement(String movement, String team, long credits) {
        AfterCommit.run(() -> metrics.moved(movement, team, credits));
    }

    private void moveInFlight(long teamId, int by) {
        jdbc.sql("update account set in_flight = in_flight + :by where team_id = :team")
                .param("by", by)
                .param("team", teamId)
                .update();
    }

    @EventListener
    void open(TeamCreated created) {
        jdbc.sql("insert into account (team_id, period) values (:team, gateway_period())")
                .param("team", created.teamId())
                .update();
    }
}
