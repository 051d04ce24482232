package dev.seedgate.credit.ledger;

import dev.seedgate.access.team.TeamDetails;
import dev.seedgate.platform.audit.AuditLog;
import dev.seedgate.platform.audit.Change;
import dev.seedgate.platform.values.Actor;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Monthly budgets of a team's keys and projects, beside its quota. {@link Ledger} counts on them;
 * here they are set. Setting the first one of a key or project and removing it hold the account's
 * lock, so that no charge passes by uncounted.
 */
@Service
public class Budgets {

    // Of a team: all are counted under the account's lock, and listed on one page.
    private static final int MAX_BUDGETS = 200;

    private static final String SELECT =
            """
            select b.id, t.slug, latest.id as key_id, latest.name as key_name, b.project,
                b.monthly_credits, case when b.period < gateway_period() then 0 else b.used end as used
            from budget b join team_limits t on t.id = b.team_id
            left join lateral (select id, name from team_key k
                where b.key_id is not null and (k.id = b.key_id or k.origin_id = b.key_id)
                order by id desc limit 1) latest on true
            """;

    /** What the month's ledger says of a key, by all its rotations, or of a project. */
    private static final String SPENT =
            """
            select coalesce(sum(charged - refunded), 0)::bigint from (
                select key_id, project, priced_on, charged, refunded from usage_by_day
                where team_id = :team and day >= gateway_period()
                union all
                select key_id, project, priced_on, charged, refunded from usage_movement
                where team_id = :team and at >= greatest(
                    (select coalesce(until, '-infinity') from usage_by_day_until),
                    (select gateway_period()::timestamp at time zone billing_zone from installation))) m
            where priced_on >= gateway_period()
                and (project = cast(:project as text)
                    or key_id in (select id from team_key where coalesce(origin_id, id) = :key))
            """;

    private static final String ONE =
            "team_id = :team and (key_id = cast(:key as bigint) or project = cast(:project as text))";

    private final JdbcClient jdbc;
    private final AuditLog audit;

    Budgets(JdbcClient jdbc, AuditLog audit) {
        this.jdbc = jdbc;
        this.audit = audit;
    }

    /** A team's budgets, those of keys first. */
    @Transactional(readOnly = true)
    public List<BudgetDetails> list(TeamDetails team) {
        return jdbc.sql(
                        SELECT
                                + "where b.team_id = :team order by key_id nulls last, project collate \"C\"")
                .param("team", team.id())
                .query((row, _) -> details(row))
                .list();
    }

    /**
     * Sets what a key may spend in a month. What it has spent of this month counts. A successor
     * goes on with the budget; an unknown key is {@code KEY_NOT_FOUND}.
     */
    @Transactional
    public BudgetDetails ofKey(
            TeamDetails team, long key, long credits, @Nullable String reason, Actor actor) {
        return set(team, origin(team, key), null, credits, reason, actor);
    }

    /** Sets what a project may spend in a month. What it has spent of this month counts. */
    @Transactional
    public BudgetDetails ofProject(
            TeamDetails team, String project, long credits, @Nullable String reason, Actor actor) {
        return set(team, null, project, credits, reason, actor);
    }

    /** Lets a key spend without a budget; without one already it is {@code NOT_FOUND}. */
    @Transactional
    public void removeOfKey(TeamDetails team, long key, Actor actor) {
        remove(team, origin(team, key), null, null, actor);
    }

    /** Lets a project spend without a budget; without one already it is {@code NOT_FOUND}. */
    @Transactional
    public void removeOfProject(TeamDetails team, String project, Actor actor) {
        remove(team, null, project, null, actor);
    }

    /** A key's or project's budget as it is now, or what it has spent without one. */
    @Transactional(readOnly = true)
    public BudgetState state(TeamDetails team, @Nullable Long key, @Nullable String project) {
        Long origin = key == null ? null : (Long) origin(team, key);
        return find(team, origin, project)
                .map(it -> new BudgetState(it.monthlyCredits(), it.used()))
                .orElseGet(() -> new BudgetState(null, spent(team, origin, project)));
    }

    /**
     * Sets what a key or a project may spend in a month, or lets it spend without a budget; {@code
     * VERSION_CONFLICT} when its budget is another than was seen.
     *
     * @param seen credits a month, null for no budget
     * @param credits the same
     */
    @Transactional
    public void change(
            TeamDetails team,
            @Nullable Long key,
            @Nullable String project,
            @Nullable Long seen,
            @Nullable Long credits,
            @Nullable String reason,
            Actor actor) {
        Long origin = key == null ? null : (Long) origin(team, key);
        lock(team);
        Long now = find(team, origin, project).map(BudgetDetails::monthlyCredits).orElse(null);
        if (!Objects.equals(now, seen)) {
            throw new ApiException(
                    ErrorCode.VERSION_CONFLICT,
                    now == null
                            ? "The budget has been removed meanwhile. Look again, then decide."
                            : "The budget has been changed meanwhile and is %d credits now. Look again, then decide."
                                    .formatted(now));
        }
        if (credits != null) {
            set(team, origin, project, credits, reason, actor);
        } else if (now != null) {
            remove(team, origin, project, reason, actor);
        }
    }

    private BudgetDetails set(
            TeamDetails team,
            @Nullable Long key,
            @Nullable String project,
            long credits,
            @Nullable String reason,
            Actor actor) {
        lock(team);
        BudgetDetails before = find(team, key, project).orElse(null);
        if (before == null) {
            if (count(team) >= MAX_BUDGETS) {
                throw new ApiException(
                        ErrorCode.INVALID_REQUEST,
                        "The team has "
                                + MAX_BUDGETS
                                + " budgets, the most there can be; remove one.");
            }
            insert(team, key, project, credits);
            countChange(team);
        } else {
            jdbc.sql("update budget set monthly_credits = :credits where " + ONE)
                    .param("credits", credits)
                    .param("team", team.id())
                    .param("key", key)
                    .param("project", project)
                    .update();
        }
        BudgetDetails after = find(team, key, project).orElseThrow();
        audit.record(new Change("budget.set", auditObject(after), before, after, reason), actor);
        return after;
    }

    private void remove(
            TeamDetails team,
            @Nullable Long key,
            @Nullable String project,
            @Nullable String reason,
            Actor actor) {
        lock(team);
        BudgetDetails before =
                find(team, key, project)
                        .orElseThrow(() ->
                                new ApiException(
                                        ErrorCode.NOT_FOUND, "There is no budget to remove."));
        jdbc.sql("delete from budget where " + ONE)
                .param("team", team.id())
                .param("key", key)
                .param("project", project)
                .update();
        countChange(team);
        audit.record(new Change("budget.remove", auditObject(before), before, null, reason), actor);
    }

    private void insert(
            TeamDetails team, @Nullable Long key, @Nullable String project, long credits) {
        jdbc.sql(
                        """
                        insert into budget (team_id, key_id, project, monthly_credits, period, used)
                        values (:team, :key, :project, :credits, gateway_period(), :spent)
                        """)
                .param("team", team.id())
                .param("key", key)
                .param("project", project)
                .param("credits", credits)
                .param("spent", spent(team, key, project))
                .update();
    }

    private long spent(TeamDetails team, @Nullable Long key, @Nullable String project) {
        long spent =
                jdbc.sql(SPENT)
                        .param("team", team.id())
                        .param("key", key)
                        .param("project", project)
                        .query(Long.class)
                        .single();
        return Math.max(0, spent);
    }

    /** Holds the team's account, so that no charge moves. */
    private void lock(TeamDetails team) {
        jdbc.sql("select team_id from account where team_id = :team for update")
                .param("team", team.id())
                .query(Long.class)
                .single();
    }

    private int count(TeamDetails team) {
        return jdbc.sql("select count(*) from budget where team_id = :team")
                .param("team", team.id())
                .query(Integer.class)
                .single();
    }

    /**
     * Makes the reservations that wait for the account begin again: what they see of budgets is
     * old.
     */
    private void countChange(TeamDetails team) {
        jdbc.sql("update account set budget_changes = budget_changes + 1 where team_id = :team")
                .param("team", team.id())
                .update();
    }

    private long origin(TeamDetails team, long key) {
        return jdbc.sql(
                        "select coalesce(origin_id, id) from team_key where team_id = :team and id = :key")
                .param("team", team.id())
                .param("key", key)
                .query(Long.class)
                .optional()
                .orElseThrow(() ->
                        new ApiException(
                                ErrorCode.KEY_NOT_FOUND,
                                "Team " + team.slug() + " has no key " + key + "."));
    }

    private Optional<BudgetDetails> find(
            TeamDetails team, @Nullable Long key, @Nullable String project) {
        return jdbc.sql(
                        SELECT
                                + "where b.team_id = :team and (b.key_id = cast(:key as bigint) or b.project = cast(:project as text))")
                .param("team", team.id())
                .param("key", key)
                .param("project", project)
                .query((row, _) -> details(row))
                .optional();
    }

    private static String auditObject(BudgetDetails budget) {
        return "team:"
                + budget.team()
                + (budget.project() == null
                        ? "/key:" + Objects.requireNonNull(budget.keyId())
                        : "/project:" + budget.project());
    }

    private static BudgetDetails details(ResultSet row) throws SQLException {
        return new BudgetDetails(
                row.getString("slug"),
                row.getObject("key_id", Long.class),
                row.getString("key_name"),
                row.getString("project"),
                row.getLong("monthly_credits"),
                row.getLong("used"));
    }

    /**
     * What a key or a project may spend in a month.
     *
     * @param monthlyCredits null without a budget
     * @param used charges of this month, held ones too, less refunds
     */
    public record BudgetState(@Nullable Long monthlyCredits, long used) {}
}
