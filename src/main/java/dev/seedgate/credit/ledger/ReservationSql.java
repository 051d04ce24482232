package dev.seedgate.credit.ledger;

import dev.seedgate.credit.ledger.DependentRows.Column;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The statements that reserve, with a caller's rows: the verdict of all limits, and the fast path
 * for teams that none of them touches.
 */
record ReservationSql(List<Column> columns, Forms verdict, Forms fastPath) {

    /**
     * The orders, and their teams' accounts with their limits; where they are locked, the latest.
     */
    private static final String ACCOUNTS =
            """
            with orders as materialized (
                %1$s
            ), a as materialized (
                select t.id as team_id, t.slug, t.monthly_quota, t.max_in_flight, t.soft_limits,
                       t.suspended or t.archived_at is not null as closed,
                       gateway_now() as now, m.renews_at,
                       interval '1 minute' / t.generate_per_minute as rate_step,
                       greatest(a.rate_tat, gateway_now()) as rate_tat,
                       greatest(a.period, m.period) as period,
                       case when a.period < m.period then 0 else a.used end as used,
                       a.top_ups, a.in_flight, a.budget_changes
                from account a join team_limits t on t.id = a.team_id cross join billing_month m
                where a.team_id %2$s
            )\
            """;

    /**
     * Sees every limit as it is, and which of them refuses each order, in the order suspended,
     * rate, in flight, quota. GCRA: a create may come when the theoretical arrival time it would
     * move is at most a minute ahead, so that a whole minute's allowance can come at once. The
     * budgets of the key and the project come after the quota, and a team without any pays nothing
     * for them. Soft limits, but for the suspension, are seen and not enforced: what is beyond
     * quota and top-ups then counts on the quota.
     *
     * <p>Of many orders each is judged as if all before it of its team were taken, by running sums;
     * so only those before the first that is refused are taken, and those behind it are left. One
     * that is left out for its {@link DependentRows} counts in no sum.
     */
    private static final String VERDICT =
            """
            , b as materialized (
                select b.id, b.team_id, b.key_id, b.project,
                       b.monthly_credits - case when b.period < a.period then 0 else b.used end as unspent
                from a join budget b on a.budget_changes > 0 and b.team_id = a.team_id
                    and (b.project in (select o.project from orders o) or b.key_id in
                        (select coalesce(k.origin_id, k.id) from orders o join team_key k on k.id = o.key_id))
                %1$s
            ), counted as materialized (
                select o.place, o.credits, b.id, b.key_id, b.project, b.unspent,
                       sum(o.credits) over (partition by b.id, o.left_out order by o.place) as charged
                from b join orders o on o.team = b.team_id and (b.project = o.project or b.key_id =
                    (select coalesce(origin_id, id) from team_key where id = o.key_id))
            ), tight as (
                select distinct on (place) place, key_id as tight_key, project as tight_project,
                       greatest(unspent - (charged - credits), 0) as budget_left
                from counted where charged > unspent order by place, key_id nulls last
            ), price as (
                select o.*, a.*,
                       -- The locked row is the latest, this one what the statement sees: a budget that was made
                       -- or taken away while the account was waited for.
                       a.budget_changes <> (select budget_changes from account where team_id = a.team_id) as stale,
                       case when a.monthly_quota is not null then greatest(a.monthly_quota - a.used, 0) end
                           as quota_left
                from orders o join a on a.team_id = o.team
            ), seen as (
                select price.*, tight.tight_key, tight.tight_project, tight.budget_left,
                       quota_left + top_ups < charged as quota_is_short,
                       -- What this order and those before it take from the top-ups, and those before it alone.
                       least(top_ups, greatest(charged - quota_left, 0)) as charged_top_ups,
                       least(top_ups, greatest(charged - credits - quota_left, 0)) as top_ups_before,
                       case when closed then 'FORBIDDEN'
                            when rate_tat + nth * rate_step > now + interval '1 minute' then 'TEAM_RATE_LIMITED'
                            when in_flight + nth > max_in_flight then 'TEAM_TASKS_IN_FLIGHT'
                            when quota_left + top_ups < charged or tight.budget_left is not null
                                then 'TEAM_QUOTA_EXHAUSTED'
                       end as broken
                from price left join tight using (place)
            ), verdict as materialized (
                select judged.*, %2$s as refused
                from (select seen.*, case when closed or not soft_limits then broken end as refusal
                      from seen) judged
            )\
            """;

    /** The order of a statement for one, whose columns are parameters. */
    private static final String ONE =
            "select o.*, %s as left_out, o.credits as charged, 1 as nth from (select 1 as place, %s) o";

    private static final String ONE_IS_REFUSED = "left_out or stale or refusal is not null";
    private static final String ONE_BEFORE_IS_REFUSED =
            "left_out or bool_or(stale or refusal is not null) over (partition by team_id, left_out order by place)";

    /** Of what is left out, too: it needs no account, so it has a row though its team's is busy. */
    private static final String ANSWER =
            """
            select place, coalesce(refused, true) as refused, refusal, broken, stale, slug, max_in_flight, renews_at,
                   budget_changes = 0 and broken is null and charged_top_ups = 0 as on_fast_path,
                   quota_is_short, tight_key, tight_project, budget_left,
                   ceil(extract(epoch from rate_tat + nth * rate_step - interval '1 minute' - now)) as rate_wait,
                   quota_left + top_ups - (charged - credits) as remaining
            from (select place, left_out as unjudged from orders) o left join verdict using (place)
            where unjudged or verdict.team_id is not null
            """;

    /** Moves the accounts and budgets of what is not refused. */
    private static final String RESERVE =
            """
            , moved as (
                update account set
                    period = v.period,
                    used = v.used + v.charged - v.charged_top_ups,
                    top_ups = v.top_ups - v.charged_top_ups,
                    in_flight = v.in_flight + v.nth,
                    rate_tat = case when v.rate_step is null then account.rate_tat
                                    -- Beyond a soft limit no debt piles up that a hard one would have to be waited for.
                                    else least(v.rate_tat + v.nth * v.rate_step, v.now + interval '1 minute') end
                -- The last of a team that is taken has the sums of all of it.
                from (select distinct on (team_id) * from verdict where not refused
                      order by team_id, place desc) v
                where account.team_id = v.team_id
                returning account.team_id
            ), taken as materialized (
                select v.*, v.charged_top_ups - v.top_ups_before as from_top_ups
                from verdict v join moved using (team_id) where not v.refused
            ), spent as (
                update budget set
                    period = s.period,
                    used = case when budget.period < s.period then 0 else budget.used end + s.credits
                from (select c.id, t.period, sum(c.credits) as credits
                      from counted c join taken t using (place) group by c.id, t.period) s
                where budget.id = s.id
            )\
            """;

    /** What the orders of a team are together. */
    private static final String SUM_OF_ONE =
            "select team, charged, nth from orders where not left_out";

    private static final String SUM_OF_MANY =
            "select team, max(charged) as charged, max(nth) as nth from orders where not left_out group by team";

    private static final String FAST_ANSWER =
            """
            select o.place, t.place is null as refused, t.broken, t.slug,
                   case when not o.left_out then t.place is not null end as on_fast_path,
                   t.left_before - (t.charged - t.credits) as remaining
            from orders o left join taken t using (place)
            where o.left_out or o.team in (select team_id from a)
            """;

    /** The entries of what is taken. The caller's own rows come between this and the answer. */
    private static final String ENTRY =
            """
            , entry as (
                insert into ledger_entry (at, kind, team_id, debit, credit, credits, period, from_quota,
                    from_top_ups, task_id, reason, actor, team_slug, project, cost_center, key_id, key_name,
                    preset, price_version, upstream)
                select (select now from ledger_clock), :kind, team_id, :debit, :credit, credits, period,
                    credits - from_top_ups, from_top_ups, task, broken, actor, slug, project, cost_center,
                    key_id, key_name, preset, :priceVersion, upstream
                from taken
            )
            """;

    private static final List<Column> COLUMNS =
            List.of(
                    new Column("task", "text"),
                    new Column("team", "int8"),
                    new Column("credits", "int8"),
                    new Column("key_id", "int8"),
                    new Column("key_name", "text"),
                    new Column("project", "text"),
                    new Column("cost_center", "text"),
                    new Column("actor", "text"),
                    new Column("preset", "text"),
                    new Column("upstream", "text"));

    /** The verdict on one order. Neither locks nor writes. */
    static final String PREVIEW =
            ACCOUNTS.formatted(ONE.formatted("false", parameters(COLUMNS)), "= :team")
                    + VERDICT.formatted("", ONE_IS_REFUSED)
                    + ANSWER;

    static ReservationSql with(DependentRows rows) {
        List<Column> columns = Stream.concat(COLUMNS.stream(), rows.columns().stream()).toList();
        String one = ONE.formatted(rows.leftOut(), parameters(columns));
        String many = arrays(rows.leftOut(), columns);
        String written = ENTRY + rows.sql();
        return new ReservationSql(
                columns,
                Forms.of(
                        one,
                        judged(ONE_IS_REFUSED, written),
                        many,
                        judged(ONE_BEFORE_IS_REFUSED, written)),
                Forms.of(one, fastPath(SUM_OF_ONE, written), many, fastPath(SUM_OF_MANY, written)));
    }

    private static String judged(String refused, String written) {
        return VERDICT.formatted("for update of b", refused) + RESERVE + written + ANSWER;
    }

    /**
     * Moves the accounts of the teams that have no budgets and whose orders, all together, keep
     * within their limits and monthly quota: nothing is to be said of them but how much is left.
     * That is nearly all there are, and the statement of a single order takes a third less. A team
     * with an order that needs more is left as it is, for the verdict.
     */
    private static String fastPath(String sum, String written) {
        return """
        , within as (
            select a.*, o.charged, o.nth
            from a join (%s) o on o.team = a.team_id
            where not a.closed and a.budget_changes = 0
                and (a.rate_step is null or a.rate_tat + o.nth * a.rate_step <= a.now + interval '1 minute')
                and (a.max_in_flight is null or a.in_flight + o.nth <= a.max_in_flight)
                and (a.monthly_quota is null or a.used + o.charged <= a.monthly_quota)
        ), moved as (
            update account set
                period = w.period,
                used = w.used + w.charged,
                in_flight = w.in_flight + w.nth,
                rate_tat = case when w.rate_step is null then account.rate_tat
                                else w.rate_tat + w.nth * w.rate_step end
            from within w where account.team_id = w.team_id
            returning account.team_id, w.slug, w.period, w.monthly_quota - w.used + w.top_ups as left_before
        ), taken as materialized (
            select o.*, m.*, 0 as from_top_ups, cast(null as text) as broken
            from orders o join moved m on m.team_id = o.team where not o.left_out
        )\
        """
                        .formatted(sum)
                + written
                + FAST_ANSWER;
    }

    private static String parameters(List<Column> columns) {
        return columns.stream()
                .map(it -> "cast(:%1$s as %2$s) as %1$s".formatted(it.name(), it.type()))
                .collect(Collectors.joining(", "));
    }

    /** The orders of a statement for many, whose columns are arrays. */
    private static String arrays(String leftOut, List<Column> columns) {
        return """
        select o.*, row_number() over of_team as nth,
               cast(sum(o.credits) over of_team as bigint) as charged
        from (select o.*, %s as left_out from unnest(%s) with ordinality as o (%s, place)) o
        window of_team as (partition by o.team, o.left_out order by o.place)\
        """
                .formatted(
                        leftOut,
                        columns.stream()
                                // In a sub-select, so that PostgreSQL keeps one plan.
                                .map(it ->
                                        "(select cast(:%s as %s[]))"
                                                .formatted(it.name(), it.type()))
                                .collect(Collectors.joining(", ")),
                        columns.stream().map(Column::name).collect(Collectors.joining(", ")));
    }

    /**
     * A statement for one order or many, waiting for the accounts or only with those that are free.
     */
    record Forms(String one, String oneIfFree, String many, String manyIfFree) {

        private static final String OF_ONE = "= :team for update of a";
        private static final String OF_MANY =
                "= any (array(select team from orders)) order by a.team_id for update of a";
        private static final String IF_FREE = " skip locked";

        private static Forms of(String order, String ofOne, String orders, String ofMany) {
            return new Forms(
                    ACCOUNTS.formatted(order, OF_ONE) + ofOne,
                    ACCOUNTS.formatted(order, OF_ONE + IF_FREE) + ofOne,
                    ACCOUNTS.formatted(orders, OF_MANY) + ofMany,
                    ACCOUNTS.formatted(orders, OF_MANY + IF_FREE) + ofMany);
        }

        String of(int orders, boolean waiting) {
            if (orders == 1) {
                return waiting ? one : oneIfFree;
            }
            return waiting ? many : manyIfFree;
        }
    }
}
