package dev.seedgate.billing;

import dev.seedgate.billing.Calendar.Moment;
import dev.seedgate.billing.Calendar.Range;
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

/** Works out the statement of a month from the ledger and the prices. */
@Component
class Bills {

    /**
     * Summed by day before a price is looked for, as prices go by the day: of the charge, for a
     * refund too, so that what comes back is what was taken.
     */
    private static final String LINES =
            """
            with day as (
                select team_id, project, preset, (charged_at at time zone :zone)::date as priced_on,
                    count(*) filter (where kind = 'reserve') as created,
                    count(*) filter (where kind = 'settle') as succeeded,
                    count(*) filter (where kind = 'release') as failed,
                    coalesce(sum(credits) filter (where kind = 'reserve'), 0) as charged,
                    coalesce(sum(credits) filter (where kind = 'release'), 0) as refunded
                from (
                    select e.*, case when e.kind <> 'release' then e.at else
                        (select r.at from ledger_entry r where r.task_id = e.task_id and r.kind = 'reserve')
                        end as charged_at
                    from ledger_entry e
                    where e.at >= :from and e.at < :to and e.kind in ('reserve', 'settle', 'release')
                        and e.upstream <> 'sandbox') m
                group by 1, 2, 3, 4
            )
            select d.team_id, d.project, d.preset, sum(created)::bigint as created,
                sum(succeeded)::bigint as succeeded, sum(failed)::bigint as failed,
                sum(charged)::bigint as charged, sum(refunded)::bigint as refunded,
                case when bool_or(p.per_credit is null and charged <> refunded) then null
                     else coalesce(sum((charged - refunded) * p.per_credit), 0) end as amount
            from day d left join lateral (
                select per_credit from credit_price where effective_from <= d.priced_on
                order by effective_from desc, version desc limit 1) p on true
            group by 1, 2, 3
            order by 1, d.project collate "C" nulls last, d.preset collate "C"
            """;

    private static final String TEAMS =
            """
            select t.id, t.slug, t.name, t.cost_center, t.monthly_quota,
                coalesce(sum(e.moved) filter (where e.at < :from), 0)::bigint as opening,
                coalesce(sum(e.moved) filter (where e.kind = 'grant' and e.at >= :from), 0)::bigint as granted,
                coalesce(-sum(e.moved) filter (where e.kind = 'adjust' and e.at >= :from), 0)::bigint as taken_back,
                coalesce(-sum(e.moved) filter (where e.upstream <> 'sandbox' and e.at >= :from), 0)::bigint as spent,
                coalesce(-sum(e.moved) filter (where e.upstream = 'sandbox' and e.at >= :from), 0)::bigint as sandbox,
                coalesce(sum(e.moved), 0)::bigint as closing,
                (select coalesce(sum(l.credits), 0)::bigint from ledger_entry l
                    where l.team_id = t.id and l.kind = 'adjust' and l.task_id is not null
                        and l.upstream <> 'sandbox' and l.at >= :from and l.at < :to) as possible_loss
            from team t left join lateral (
                select e.at, e.kind, e.upstream,
                    case 'team' when e.credit then e.from_top_ups when e.debit then -e.from_top_ups
                                else 0 end as moved
                from ledger_entry e
                where e.team_id = t.id and e.from_top_ups > 0 and e.at < :to) e on true
            group by t.id
            order by t.slug collate "C"
            """;

    private final Books books;

    Bills(Books books) {
        this.books = books;
    }

    /** The statement as of now; {@code closedBy} makes it a closed one. */
    Statement of(
            YearMonth month, Moment now, @Nullable Currency currency, @Nullable String closedBy) {
        Range range = Calendar.month(month, now.zone());
        Map<String, Object> parameters =
                Map.of(
                        "from", range.start(),
                        "to", range.end(),
                        "zone", range.zone().getId());
        return books.read(jdbc -> {
            Map<Long, Use> uses = uses(jdbc, parameters);
            List<Statement.TeamBill> teams = new ArrayList<>();
            Sum sum = new Sum();
            jdbc.sql(TEAMS)
                    .param("from", range.start())
                    .param("to", range.end())
                    .query(row -> {
                        Use use = uses.getOrDefault(row.getLong("id"), new Use());
                        teams.add(bill(row, use, currency, sum));
                    });
            return new Statement(
                    month.toString(),
                    closedBy == null ? Statement.State.OPEN : Statement.State.CLOSED,
                    range.zone().getId(),
                    now.now(),
                    closedBy,
                    currency == null ? null : currency.getCurrencyCode(),
                    teams,
                    sum.total(currency));
        });
    }

    private static Map<Long, Use> uses(JdbcClient jdbc, Map<String, Object> parameters) {
        Map<Long, Use> uses = new HashMap<>();
        jdbc.sql(LINES)
                .params(parameters)
                .query(row -> {
                    uses.computeIfAbsent(row.getLong("team_id"), _ -> new Use()).add(row);
                });
        return uses;
    }

    private static Statement.TeamBill bill(
            ResultSet row, Use use, @Nullable Currency currency, Sum sum) throws SQLException {
        BigDecimal amount =
                use.amount == null || currency == null
                        ? null
                        : Amounts.rounded(use.amount, currency);
        long possibleLoss = row.getLong("possible_loss");
        sum.add(use, possibleLoss, amount);
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
                use.charged,
                use.refunded,
                use.charged - use.refunded,
                possibleLoss,
                amount == null ? null : amount.toPlainString(),
                use.lines);
    }

    /** What one team used, with its exact amount. */
    private static final class Use {

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
                            lineCharged - lineRefunded));
            charged += lineCharged;
            refunded += lineRefunded;
            BigDecimal line = row.getBigDecimal("amount");
            amount = amount == null || line == null ? null : amount.add(line);
        }
    }

    /** Of all teams. */
    private static final class Sum {

        private long charged;
        private long refunded;
        private long possibleLoss;
        private @Nullable BigDecimal amount = BigDecimal.ZERO;

        void add(Use use, long loss, @Nullable BigDecimal rounded) {
            charged += use.charged;
            refunded += use.refunded;
            possibleLoss += loss;
            amount = amount == null || rounded == null ? null : amount.add(rounded);
        }

        Statement.BillTotal total(@Nullable Currency currency) {
            String text =
                    amount == null || currency == null
                            ? null
                            : Amounts.rounded(amount, currency).toPlainString();
            return new Statement.BillTotal(
                    charged, refunded, charged - refunded, possibleLoss, text);
        }
    }
}
