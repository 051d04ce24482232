package dev.seedgate.operations.alert;

import dev.seedgate.credit.balance.VendorBalance;
import dev.seedgate.credit.balance.VendorBalanceState;
import dev.seedgate.operations.alert.Alerts.AlertCandidate;
import dev.seedgate.platform.database.SqlInstants;
import dev.seedgate.platform.telemetry.Loops;
import dev.seedgate.vendor.client.Vendor;
import java.time.Duration;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * The rules that raise alerts, evaluated now and then. They only read; raising the same twice is
 * nothing, so replicas need no agreement.
 */
@Component
class AlertRules {

    private final JdbcClient jdbc;
    private final Alerts alerts;
    private final VendorBalance vendorBalance;
    private final Vendor vendor;
    private final AlertSettings settings;

    AlertRules(
            JdbcClient jdbc,
            Alerts alerts,
            VendorBalance vendorBalance,
            Vendor vendor,
            AlertSettings settings,
            Loops loops) {
        this.jdbc = jdbc;
        this.alerts = alerts;
        this.vendorBalance = vendorBalance;
        this.vendor = vendor;
        this.settings = settings;
        // A loop for each kind: one look that fails must not keep the others from theirs.
        rules().forEach((kind, rule) ->
                loops.every(
                        settings.alertInterval(),
                        "alerts-" + kind.name().toLowerCase(Locale.ROOT),
                        rule));
    }

    /** One look at everything. */
    void evaluate() {
        rules().values().forEach(Runnable::run);
    }

    private Map<AlertKind, Runnable> rules() {
        return Map.of(
                AlertKind.QUOTA, this::quotas,
                AlertKind.POOL, this::lowBalance,
                AlertKind.DRIFT, this::drift,
                AlertKind.UNCERTAIN, this::uncertain);
    }

    /**
     * Alerts of the highest part of a quota that is reached, unless one of it or of a higher one
     * was raised; those below that are reached with it need no message of their own.
     */
    private void quotas() {
        jdbc.sql(
                        """
                        with reached as (
                            select t.slug, t.monthly_quota, a.used, p.percent,
                                to_char(a.period, 'YYYY-MM') as month
                            from team_account a join team_limits t on t.id = a.team_id
                                cross join unnest(cast(:percents as int[])) as p (percent)
                            where a.period = gateway_period() and t.monthly_quota > 0
                                and t.archived_at is null
                                and a.used * 100 >= t.monthly_quota * p.percent
                        )
                        select distinct on (r.slug) * from reached r
                        where not exists (select from alert x where x.kind = 'QUOTA' and x.subject = r.slug
                            and rtrim(x.threshold, '%')::int >= r.percent and x.period = r.month)
                        order by r.slug, r.percent desc
                        """)
                .param(
                        "percents",
                        settings.alertQuotaPercents().stream()
                                .map(String::valueOf)
                                .collect(Collectors.joining(",", "{", "}")))
                .query((row, _) ->
                        candidate(
                                AlertKind.QUOTA,
                                row.getString("slug"),
                                row.getString("slug"),
                                row.getInt("percent") + "%",
                                row.getString("month"),
                                "Team %s has used %d %% of its monthly quota: %d of %d credits in %s."
                                        .formatted(
                                                row.getString("slug"),
                                                row.getInt("percent"),
                                                row.getLong("used"),
                                                row.getLong("monthly_quota"),
                                                row.getString("month"))))
                .list()
                .forEach(alerts::raise);
    }

    /** Alerts of a low balance; again after the next purchase, and once a month without one. */
    private void lowBalance() {
        VendorBalanceState state = vendorBalance.stateForLimits(vendor.name());
        Long balance = state.balance();
        if (balance == null) {
            return;
        }
        String period =
                "%tY-%<tm after purchase %d".formatted(state.today(), state.latestPurchase());
        for (long credits : settings.alertVendorBalanceCredits()) {
            if (balance < credits) {
                raiseLowBalance(
                        "%d credits".formatted(credits),
                        period,
                        "%d credits are left at %s by our count, fewer than %d."
                                .formatted(balance, vendor.name(), credits));
            }
        }
        Stream.of(state.depletedOn(state.lastWeek()), state.depletedOn(state.lastFourWeeks()))
                .filter(Objects::nonNull)
                .min(LocalDate::compareTo)
                .ifPresent(day -> depletion(state, day, period));
    }

    private void depletion(VendorBalanceState state, LocalDate depletedOn, String period) {
        long left = ChronoUnit.DAYS.between(state.today(), depletedOn);
        for (int days : settings.alertVendorBalanceDays()) {
            if (left <= days) {
                raiseLowBalance(
                        "%d days".formatted(days),
                        period,
                        "The credits at %s run out on %s, in %d days: within the %d that this alert is set to. %d are left by our count, and %d a day go."
                                .formatted(
                                        vendor.name(),
                                        depletedOn,
                                        left,
                                        days,
                                        state.balance(),
                                        Math.max(
                                                state.lastWeek().perDay(),
                                                state.lastFourWeeks().perDay())));
            }
        }
    }

    private void raiseLowBalance(String threshold, String period, String text) {
        alerts.raise(candidate(AlertKind.POOL, vendor.name(), null, threshold, period, text));
    }

    /**
     * Once a day for each rule that is broken, and for the vendor's figures at each tenfold; an
     * alert that was raised on the same day gets today's figure.
     */
    private void drift() {
        jdbc.sql(
                        """
                        select rule, count(*) as findings, min(subject || ': ' || detail) as example,
                            min((gateway_now() at time zone i.billing_zone)::date)::text as day
                        from ledger_finding cross join installation i where mended_at is null group by rule
                        """)
                .query((row, _) ->
                        candidate(
                                AlertKind.DRIFT,
                                row.getString("rule"),
                                null,
                                "1 finding",
                                row.getString("day"),
                                "The books don't add up: %d findings of %s, for example %s. See /admin/api/ledger-check."
                                        .formatted(
                                                row.getLong("findings"),
                                                row.getString("rule"),
                                                row.getString("example"))))
                .list()
                .forEach(alerts::raiseOrUpdate);
        vendorDrift();
    }

    /** What the vendor took job by job, as the pool and the reconciliation count it. */
    private void vendorDrift() {
        // With the vendor's name: what the sandbox showed today must not hide what is real.
        jdbc.sql(
                        """
                        select (j.drifted_at at time zone i.billing_zone)::date::text as day,
                            count(distinct j.task_id) as tasks, sum(abs(j.taken - j.charged))::bigint as differ,
                            sum(j.taken - j.charged)::bigint as net
                        from vendor_charge j cross join installation i
                        where j.upstream = :upstream and j.drifted_at >= gateway_now() - interval '1 day'
                        group by 1 having sum(abs(j.taken - j.charged)) >= :least
                        """)
                .param("upstream", vendor.name())
                .param("least", settings.alertDriftCredits())
                .query((row, _) ->
                        candidate(
                                AlertKind.DRIFT,
                                "reconciliation",
                                null,
                                reachedThreshold(row.getLong("differ"))
                                        + " credits at "
                                        + vendor.name(),
                                row.getString("day"),
                                "%s took other credits on %s than were charged, for %d tasks: %d apart, %+d in all. See /admin/api/reconciliation."
                                        .formatted(
                                                vendor.name(),
                                                row.getString("day"),
                                                row.getLong("tasks"),
                                                row.getLong("differ"),
                                                row.getLong("net"))))
                .list()
                .forEach(alerts::raiseOrUpdate);
    }

    /** The setting, ten times it, a hundred times…: a figure that grows raises another alert. */
    private long reachedThreshold(long differ) {
        long step = Math.max(1, settings.alertDriftCredits());
        while (step <= differ / 10) {
            step *= 10;
        }
        return step;
    }

    /** Once a day for each team. */
    private void uncertain() {
        Duration after = settings.alertUncertainAfter();
        List<AlertCandidate> candidates =
                jdbc.sql(
                                """
                                select t.slug, count(*) as tasks, min(u.id) as example, min(u.since) as since,
                                    min((gateway_now() at time zone i.billing_zone)::date)::text as day
                                from (select id, team_id, (select min(e.at) from task_phase_change e
                                        where e.task_id = task_outcome.id and e.phase = 'UNCERTAIN') as since
                                    from task_outcome where phase = 'UNCERTAIN' and upstream = :upstream) u
                                    join team_limits t on t.id = u.team_id cross join installation i
                                where u.since <= gateway_now() - make_interval(secs => :seconds)
                                group by t.slug
                                """)
                        .param("upstream", vendor.name())
                        .param("seconds", after.toMillis() / 1000.0)
                        .query((row, _) ->
                                candidate(
                                        AlertKind.UNCERTAIN,
                                        row.getString("slug"),
                                        row.getString("slug"),
                                        after + " at " + vendor.name(),
                                        row.getString("day"),
                                        "%d tasks of team %s have been UNCERTAIN for long, the oldest since %s, for example %s. Ask the vendor, then resolve them."
                                                .formatted(
                                                        row.getLong("tasks"),
                                                        row.getString("slug"),
                                                        SqlInstants.get(row, "since")
                                                                .truncatedTo(ChronoUnit.SECONDS),
                                                        row.getString("example"))))
                        .list();
        candidates.forEach(alerts::raise);
    }

    private AlertCandidate candidate(
            AlertKind kind,
            String subject,
            @Nullable String team,
            String threshold,
            String period,
            String text) {
        return new AlertCandidate(kind, subject, team, threshold, period, vendor.isSandbox(), text);
    }
}
