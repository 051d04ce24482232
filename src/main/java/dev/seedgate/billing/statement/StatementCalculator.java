package dev.seedgate.billing.statement;

import dev.seedgate.billing.integrity.DailyRollup;
import dev.seedgate.platform.database.BillingCalendar;
import dev.seedgate.platform.database.BillingCalendar.Moment;
import dev.seedgate.platform.database.BillingCalendar.Range;
import dev.seedgate.platform.reporting.ReportSettings;
import dev.seedgate.platform.reporting.ReportingDatabase;
import dev.seedgate.task.lifecycle.Phase;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Currency;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The calculator of a month's statement from the ledger and the prices. */
@Component
class StatementCalculator {

    /**
     * Summed by day before a price is looked for, as prices go by the day: of the charge, for a
     * refund too, so that what comes back is what was taken.
     */
    private static final String LINES =
            """
            with day as (
                select team_id, project, preset, priced_on, sum(created) as created,
                    sum(succeeded) as succeeded, sum(failed) as failed, sum(charged) as charged,
                    sum(refunded) as refunded
                from (
                    select team_id, project, preset, priced_on, created, succeeded, failed, charged, refunded
                    from usage_day where day >= :firstDay and day < :lastDay and upstream <> 'sandbox'
                    union all
                    select team_id, project, preset, priced_on, created, succeeded, failed, charged, refunded
                    from usage_movement where at >= :tail and at < :to and upstream <> 'sandbox') m
                group by 1, 2, 3, 4
            ), price as (
                select priced_on, (select per_credit from credit_price where effective_from <= priced_on
                                   order by effective_from desc, version desc limit 1) as per_credit
                from (select distinct priced_on from day) d
            )
            select d.team_id, d.project, d.preset, sum(created)::bigint as created,
                sum(succeeded)::bigint as succeeded, sum(failed)::bigint as failed,
                sum(charged)::bigint as charged, sum(refunded)::bigint as refunded,
                case when bool_or(p.per_credit is null and charged <> refunded) then null
                     else coalesce(sum((charged - refunded) * p.per_credit), 0) end as amount,
                case when count(distinct p.per_credit) = 1 and not bool_or(p.per_credit is null)
                     then min(p.per_credit) end as per_credit
            from day d left join price p on p.priced_on = d.priced_on
            group by 1, 2, 3
            order by 1, d.project collate "C" nulls last, d.preset collate "C"
            """;

    /**
     * Name, cost center and quota are those of the month's end. A team made later is no part of the
     * month; one that has movements in it all the same is as it was made.
     */
    private static final String TEAMS =
            """
            select t.id, t.slug, v.name, v.cost_center, v.monthly_quota,
                coalesce(m.opening, 0) as opening, coalesce(m.granted, 0) as granted,
                coalesce(m.taken_back, 0) as taken_back, coalesce(m.spent, 0) as spent,
                coalesce(m.sandbox, 0) as sandbox, coalesce(m.closing, 0) as closing,
                coalesce(m.possible_loss, 0) as possible_loss,
                coalesce(o.tasks, 0) as open_tasks, coalesce(o.held, 0) as held
            from team_limits t left join (
                select u.team_id, count(*) as tasks, sum(m.charged)::bigint as held
                from task_outcome u cross join lateral (
                    -- One by one: a plan of another form would read all of the month's entries.
                    select charged from usage_movement
                    where task_id = u.id and created = 1 and at >= :from and at < :to offset 0) m
                where u.phase = any (:open) and u.upstream <> 'sandbox'
                group by 1) o on o.team_id = t.id left join (
                select team_id, (sum(top_ups) filter (where day < :month))::bigint as opening,
                    (sum(granted) filter (where day >= :month))::bigint as granted,
                    (sum(taken_back) filter (where day >= :month))::bigint as taken_back,
                    (sum(spent) filter (where day >= :month))::bigint as spent,
                    (sum(sandbox) filter (where day >= :month))::bigint as sandbox,
                    sum(top_ups)::bigint as closing,
                    (sum(possible_loss) filter (where day >= :month))::bigint as possible_loss
                from (
                    select team_id, day, top_ups, granted, taken_back, spent, sandbox, possible_loss
                    from account_day where day < :nextMonth
                    union all
                    select team_id, day, top_ups, granted, taken_back, spent, sandbox, possible_loss
                    from account_movement
                    where at >= (select coalesce(until, '-infinity') from ledger_days) and at < :to) a
                group by 1) m on m.team_id = t.id
            cross join lateral (
                select name, cost_center, monthly_quota from (
                    (select 1 as turn, name, cost_center, monthly_quota from team_history
                     where team_id = t.id and valid_from < :to order by valid_from desc, id desc limit 1)
                    union all
                    (select 2, name, cost_center, monthly_quota from team_history
                     where team_id = t.id order by valid_from, id limit 1)) either
                order by turn limit 1) v
            where t.created_at < :to or m.team_id is not null
            order by t.slug collate "C"
            """;

    private final ReportingDatabase reporting;
    private final ReportSettings settings;

    StatementCalculator(ReportingDatabase reporting, ReportSettings settings) {
        this.reporting = reporting;
        this.settings = settings;
    }

    /** The statement as of now; {@code closedBy} makes it a closed one. */
    Statement calculate(
            YearMonth month, Moment now, @Nullable Currency currency, @Nullable String closedBy) {
        Range range = BillingCalendar.month(month, now.zone());
        return reporting.read(
                null,
                jdbc -> {
                    Map<Long, TeamUsage> usage =
                            usage(jdbc, DailyRollup.slice(jdbc, range).parameters());
                    List<Statement.TeamBill> teams = new ArrayList<>();
                    Totals totals = new Totals();
                    int closings =
                            jdbc.sql("select count(*) from statement where month = :month")
                                    .param("month", month.atDay(1))
                                    .query(Integer.class)
                                    .single();
                    jdbc.sql(TEAMS)
                            .param("open", Phase.open())
                            .param("month", month.atDay(1))
                            .param("nextMonth", month.plusMonths(1).atDay(1))
                            .param("from", range.start())
                            .param("to", range.end())
                            .query(row -> {
                                TeamUsage used =
                                        usage.getOrDefault(row.getLong("id"), new TeamUsage());
                                // A month that is closed once more is billed anew.
                                String number =
                                        "%s-%s%s"
                                                .formatted(
                                                        month,
                                                        row.getString("slug"),
                                                        closings == 0 ? "" : "-" + (closings + 1));
                                teams.add(teamBill(row, used, currency, number, totals));
                            });
                    return new Statement(
                            month.toString(),
                            closedBy == null ? Statement.State.OPEN : Statement.State.CLOSED,
                            range.zone().getId(),
                            now.now(),
                            closedBy,
                            currency == null ? null : currency.getCurrencyCode(),
                            settings.companyName().isBlank() ? null : settings.companyName(),
                            teams,
                            totals.total(currency));
                });
    }

    private static Map<Long, TeamUsage> usage(JdbcClient jdbc, Map<String, Object> parameters) {
        Map<Long, TeamUsage> usage = new HashMap<>();
        jdbc.sql(LINES)
                .params(parameters)
                .query(row -> {
                    usage.computeIfAbsent(row.getLong("team_id"), _ -> new TeamUsage()).add(row);
                });
        return usage;
    }

    private static Statement.TeamBill teamBill(
            ResultSet row,
            TeamUsage used,
            @Nullable Currency currency,
            String number,
            Totals totals)
            throws SQLException {
        BigDecimal amount =
                used.amount == null || currency == null
                        ? null
                        : MoneyRounding.rounded(used.amount, currency);
        long possibleLoss = row.getLong("possible_loss");
        totals.add(used, possibleLoss, amount);
        return new Statement.TeamBill(
                row.getString("slug"),
                row.getString("name"),
                row.getString("cost_center"),
                row.getObject("monthly_quota", Long.class),
                row.getLong("opening"),
                row.getLong("granted"),
                row.getLong("taken_back"),
                row.getLong("spent"),
                row.getLong("sandbox"),
                row.getLong("closing"),
                used.charged,
                used.refunded,
                used.charged - used.refunded,
                possibleLoss,
                amount == null ? null : amount.toPlainString(),
                used.lines,
                number,
                row.getLong("open_tasks"),
                row.getLong("held"));
    }

    private static @Nullable String text(@Nullable BigDecimal exact) {
        return exact == null ? null : exact.stripTrailingZeros().toPlainString();
    }

    /** The usage of one team, with its exact amount. */
    private static final class TeamUsage {

        private final List<Statement.BillLine> lines = new ArrayList<>();
        private long charged;
        private long refunded;
        private @Nullable BigDecimal amount = BigDecimal.ZERO;

        void add(ResultSet row) throws SQLException {
            long lineCharged = row.getLong("charged");
            long lineRefunded = row.getLong("refunded");
            lines.add(
                    new Statement.BillLine(
                            row.getString("project"),
                            row.getString("preset"),
                            row.getLong("created"),
                            row.getLong("succeeded"),
                            row.getLong("failed"),
                            lineCharged,
                            lineRefunded,
                            lineCharged - lineRefunded,
                            text(row.getBigDecimal("per_credit")),
                            text(row.getBigDecimal("amount"))));
            charged += lineCharged;
            refunded += lineRefunded;
            BigDecimal line = row.getBigDecimal("amount");
            amount = amount == null || line == null ? null : amount.add(line);
        }
    }

    /** The totals of all teams. */
    private static final class Totals {

        private long charged;
        private long refunded;
        private long possibleLoss;
        private @Nullable BigDecimal amount = BigDecimal.ZERO;

        void add(TeamUsage used, long loss, @Nullable BigDecimal rounded) {
            charged += used.charged;
            refunded += used.refunded;
            possibleLoss += loss;
            amount = amount == null || rounded == null ? null : amount.add(rounded);
        }

        Statement.BillTotal total(@Nullable Currency currency) {
            String text =
                    amount == null || currency == null
                            ? null
                            : MoneyRounding.rounded(amount, currency).toPlainString();
            return new Statement.BillTotal(
                    charged, refunded, charged - refunded, possibleLoss, text);
        }
    }
}
