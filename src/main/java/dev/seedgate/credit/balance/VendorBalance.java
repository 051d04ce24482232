package dev.seedgate.credit.balance;

import dev.seedgate.credit.balance.VendorBalanceState.BurnRate;
import dev.seedgate.credit.balance.VendorBalanceState.Spending;
import dev.seedgate.platform.audit.AuditLog;
import dev.seedgate.platform.audit.Change;
import dev.seedgate.platform.database.SqlInstants;
import dev.seedgate.platform.telemetry.Loops;
import dev.seedgate.platform.values.Actor;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.Page;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Currency;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * The company's credits at each vendor: what was bought, less what the vendor took. Every change of
 * one of the vendor's jobs, and of a task that it perhaps has, writes down what it took or gave
 * back; that is added up by day, so that the balance is read from few rows however many tasks there
 * are.
 */
@Service
public class VendorBalance {

    private final JdbcClient jdbc;
    private final AuditLog audit;
    private final VendorBalanceSettings settings;

    VendorBalance(JdbcClient jdbc, AuditLog audit, VendorBalanceSettings settings, Loops loops) {
        this.jdbc = jdbc;
        this.audit = audit;
        this.settings = settings;
        loops.drain(
                settings.vendorBalanceInterval(),
                "pool-days",
                () -> rollUp() == settings.vendorBalanceRollupBatch());
    }

    /**
     * Records what was bought at the vendor, or a correction. A repeated idempotency key answers
     * the first purchase again; with another content it is {@code IDEMPOTENCY_KEY_REUSED}.
     */
    @Transactional
    public CreditPurchase record(String upstream, NewPurchase purchase, Actor actor) {
        check(purchase);
        Optional<CreditPurchase> stored = insert(upstream, purchase, actor);
        if (stored.isPresent()) {
            audit.record(
                    new Change(
                            "pool.purchase",
                            "pool:" + upstream,
                            null,
                            stored.get(),
                            purchase.reason()),
                    actor);
            return stored.get();
        }
        CreditPurchase earlier = find(upstream, purchase.idempotencyKey());
        boolean same =
                earlier.credits() == purchase.credits()
                        && Objects.equals(earlier.cost(), text(purchase.cost()))
                        && Objects.equals(earlier.currency(), purchase.currency())
                        && earlier.reason().equals(purchase.reason());
        if (!same) {
            throw new ApiException(
                    ErrorCode.IDEMPOTENCY_KEY_REUSED,
                    "This Idempotency-Key belongs to another purchase; use a new one.");
        }
        return earlier;
    }

    /**
     * The purchases, newest first.
     *
     * @param cursor the id before which the page begins, or null
     */
    @Transactional(readOnly = true)
    public Page<CreditPurchase> purchases(String upstream, @Nullable Long cursor, int limit) {
        List<CreditPurchase> found =
                jdbc.sql(
                                """
                                select * from pool_purchase
                                where upstream = :upstream and (cast(:cursor as bigint) is null or id < :cursor)
                                order by id desc limit :limit
                                """)
                        .param("upstream", upstream)
                        .param("cursor", cursor)
                        .param("limit", limit + 1)
                        .query((row, _) -> purchase(row))
                        .list();
        return Page.of(found, limit, CreditPurchase::id);
    }

    /** The balance, its pace and the caps, as they are now. */
    @Transactional(readOnly = true)
    public VendorBalanceState state(String upstream) {
        return state(upstream, true);
    }

    /**
     * The same for whoever asks again and again. Where no cap is set, its day and month are without
     * what waits to be sent: that is the sum of the whole queue, which may be long.
     */
    @Transactional(readOnly = true)
    public VendorBalanceState stateForLimits(String upstream) {
        return state(
                upstream,
                settings.vendorBalanceDailyCap() != null
                        || settings.vendorBalanceMonthlyCap() != null);
    }

    private VendorBalanceState state(String upstream, boolean withWaiting) {
        return jdbc.sql(
                        """
                        with today as (
                            select gateway_now() as now, i.billing_zone,
                                (gateway_now() at time zone i.billing_zone)::date as day
                            from installation i
                        ), moved as (
                            select day, taken from pool_day where upstream = :upstream
                            union all
                            select (m.at at time zone t.billing_zone)::date, m.credits
                            from pool_movement m cross join today t where m.upstream = :upstream
                        ), bought as (
                            select sum(credits)::bigint as purchased,
                                coalesce(max(id) filter (where credits > 0), 0) as latest
                            from pool_purchase where upstream = :upstream
                        )
                        select t.now, t.day, t.billing_zone, b.purchased, b.latest,
                            case when :withWaiting then
                                (select coalesce(sum(w.credits), 0)::bigint from task_queue w
                                 where w.kind in ('submit', 'sent')) else 0 end as waiting,
                            coalesce(sum(m.taken) filter (where m.day = t.day), 0)::bigint as today,
                            coalesce(sum(m.taken) filter (where m.day >= date_trunc('month', t.day)), 0)::bigint
                                as this_month,
                            coalesce(sum(m.taken), 0)::bigint as taken,
                            coalesce(sum(m.taken) filter (where m.day > t.day - 7), 0)::bigint as week,
                            coalesce(sum(m.taken) filter (where m.day > t.day - 28), 0)::bigint as four_weeks,
                            coalesce(min(m.day), t.day) as first_day
                        from today t cross join bought b left join moved m on true
                        group by t.now, t.day, t.billing_zone, b.purchased, b.latest
                        """)
                .param("upstream", upstream)
                .param("withWaiting", withWaiting)
                .query((row, _) -> state(row))
                .single();
    }

    /**
     * Adds movements to the totals of their days, the oldest first and in one statement. Replicas
     * that do so at once share the rows among them. Answers how many there were.
     */
    int rollUp() {
        return jdbc.sql(
                        """
                        with counted as (
                            delete from pool_movement where id in (
                                select id from pool_movement order by id limit :limit for update skip locked)
                            returning upstream, at, credits
                        ), added as (
                            insert into pool_day as d (upstream, day, taken)
                            select c.upstream, (c.at at time zone i.billing_zone)::date, sum(c.credits)
                            from counted c cross join installation i
                            group by 1, 2 order by 1, 2
                            on conflict (upstream, day) do update set taken = d.taken + excluded.taken
                        )
                        select count(*) from counted
                        """)
                .param("limit", settings.vendorBalanceRollupBatch())
                .query(Integer.class)
                .single();
    }

    /** The burn of a few days counts whole days, of which today is not over yet. */
    private VendorBalanceState state(ResultSet row) throws SQLException {
        LocalDate today = row.getObject("day", LocalDate.class);
        LocalDate first = row.getObject("first_day", LocalDate.class);
        ZoneId zone = ZoneId.of(row.getString("billing_zone"));
        long waiting = row.getLong("waiting");
        Instant now = SqlInstants.get(row, "now");
        return new VendorBalanceState(
                today,
                row.getObject("purchased", Long.class),
                row.getLong("taken"),
                new BurnRate(
                        row.getLong("week"), since(later(first, today.minusDays(6)), zone, now)),
                new BurnRate(
                        row.getLong("four_weeks"),
                        since(later(first, today.minusDays(27)), zone, now)),
                row.getLong("latest"),
                settings.vendorBalanceReserve(),
                new Spending(
                        row.getLong("today") + waiting,
                        settings.vendorBalanceDailyCap(),
                        today.plusDays(1).atStartOfDay(zone).toInstant()),
                new Spending(
                        row.getLong("this_month") + waiting,
                        settings.vendorBalanceMonthlyCap(),
                        today.withDayOfMonth(1).plusMonths(1).atStartOfDay(zone).toInstant()));
    }

    private static LocalDate later(LocalDate one, LocalDate other) {
        return one.isAfter(other) ? one : other;
    }

    /** At least a day: an hour's work does not tell what a day's will be. */
    private static Duration since(LocalDate day, ZoneId zone, Instant now) {
        Duration since = Duration.between(day.atStartOfDay(zone).toInstant(), now);
        return since.compareTo(Duration.ofDays(1)) < 0 ? Duration.ofDays(1) : since;
    }

    private Optional<CreditPurchase> insert(String upstream, NewPurchase purchase, Actor actor) {
        return jdbc.sql(
                        """
                        insert into pool_purchase (upstream, credits, cost, currency, reason,
                            idempotency_key, actor)
                        values (:upstream, :credits, :cost, :currency, :reason, :key, :actor)
                        on conflict (upstream, idempotency_key) do nothing
                        returning *
                        """)
                .param("upstream", upstream)
                .param("credits", purchase.credits())
                .param("cost", purchase.cost())
                .param("currency", purchase.currency())
                .param("reason", purchase.reason())
                .param("key", purchase.idempotencyKey())
                .param("actor", actor.name())
                .query((row, _) -> purchase(row))
                .optional();
    }

    private CreditPurchase find(String upstream, String idempotencyKey) {
        return jdbc.sql(
                        "select * from pool_purchase where upstream = :upstream and idempotency_key = :key")
                .param("upstream", upstream)
                .param("key", idempotencyKey)
                .query((row, _) -> purchase(row))
                .single();
    }

    private static void check(NewPurchase purchase) {
        if (purchase.credits() == 0) {
            throw new ApiException(ErrorCode.INVALID_REQUEST, "credits must not be 0.");
        }
        if ((purchase.cost() == null) != (purchase.currency() == null)) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST, "cost and currency go together; give both or none.");
        }
        boolean known =
                purchase.currency() == null
                        || Currency.getAvailableCurrencies().stream()
                                .anyMatch(it -> it.getCurrencyCode().equals(purchase.currency()));
        if (!known) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST, "currency must be a code of ISO 4217 like EUR.");
        }
    }

    private static CreditPurchase purchase(ResultSet row) throws SQLException {
        return new CreditPurchase(
                row.getLong("id"),
                row.getString("upstream"),
                row.getLong("credits"),
                text(row.getBigDecimal("cost")),
                row.getString("currency"),
                row.getString("reason"),
                row.getString("actor"),
                SqlInstants.get(row, "created_at"));
    }

    private static @Nullable String text(@Nullable BigDecimal cost) {
        return cost == null ? null : cost.stripTrailingZeros().toPlainString();
    }
}
