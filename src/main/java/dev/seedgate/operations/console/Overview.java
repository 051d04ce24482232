package dev.seedgate.operations.console;

import dev.seedgate.billing.usage.UsageQuery;
import dev.seedgate.billing.usage.UsageReport.UsageTotal;
import dev.seedgate.billing.usage.UsageReports;
import dev.seedgate.credit.balance.VendorBalance;
import dev.seedgate.credit.balance.VendorBalanceState;
import dev.seedgate.operations.metrics.OpenTasks;
import dev.seedgate.platform.database.BillingCalendar;
import dev.seedgate.platform.database.SqlInstants;
import dev.seedgate.platform.telemetry.TelemetrySettings;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.Snapshot;
import dev.seedgate.vendor.client.Vendor;
import dev.seedgate.vendor.throttle.UpstreamControls;
import dev.seedgate.vendor.throttle.UpstreamState;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * The figures of the first page, of this moment and of the month so far. However many people look,
 * each is read once in its time; a replica has its own.
 */
@Component
class Overview {

    private static final Duration NOW_MAX_AGE = Duration.ofSeconds(1);
    // Sums of a month take longer to read, and change less.
    private static final Duration MONTH_MAX_AGE = Duration.ofSeconds(10);
    // Calls a second are counted over at least so long.
    private static final Duration RATE_OVER = Duration.ofSeconds(10);
    // A list of what to do, not an archive.
    private static final int MOST_ALERTS = 5;

    private static final String COUNTS =
            """
            select gateway_now() as now,
                %s,
                (select count(*) from (select from ledger_finding
                    where mended_at is null limit :most) f) as findings,
                (select count(*) from (select from alert
                    where acknowledged_at is null limit :most) a) as alerts
            """
                    .formatted(OpenTasks.COUNTS);

    private final JdbcClient jdbc;
    private final UpstreamControls controls;
    private final VendorBalance balance;
    private final Vendor vendor;
    private final UsageReports usage;
    private final BillingCalendar calendar;
    private final TelemetrySettings settings;
    private final MeterRegistry meters;
    private final Snapshot<Now> now = new Snapshot<>(NOW_MAX_AGE, this::readNow);
    private final Snapshot<Month> month = new Snapshot<>(MONTH_MAX_AGE, this::readMonth);
    private final Snapshot<Rate> rate = new Snapshot<>(RATE_OVER, this::readRate);
    private volatile @Nullable Rate lastRate;

    Overview(
            JdbcClient jdbc,
            UpstreamControls controls,
            VendorBalance balance,
            Vendor vendor,
            UsageReports usage,
            BillingCalendar calendar,
            TelemetrySettings settings,
            MeterRegistry meters) {
        this.jdbc = jdbc;
        this.controls = controls;
        this.balance = balance;
        this.vendor = vendor;
        this.usage = usage;
        this.calendar = calendar;
        this.settings = settings;
        this.meters = meters;
    }

    Now now() {
        return now.get();
    }

    Month month() {
        return month.get();
    }

    /** Calls of the vendor that this replica made in a second; null until it has counted long. */
    @Nullable Double callsPerSecond() {
        return rate.get().perSecond();
    }

    private Now readNow() {
        List<OpenAlert> alerts =
                jdbc.sql(
                                """
                                select id, at, text from alert where acknowledged_at is null
                                order by at desc, id desc limit :limit
                                """)
                        .param("limit", MOST_ALERTS)
                        .query((row, _) ->
                                new OpenAlert(
                                        row.getLong("id"),
                                        SqlInstants.get(row, "at"),
                                        row.getString("text")))
                        .list();
        UpstreamState state = controls.state();
        VendorBalanceState credits = balance.stateForLimits(vendor.name());
        return jdbc.sql(COUNTS)
                .param("most", settings.metricsCountLimit())
                .query((row, _) -> {
                    double oldest = row.getDouble("oldest_queued");
                    return new Now(
                            SqlInstants.get(row, "now"),
                            row.getLong("in_flight"),
                            row.getLong("queued"),
                            row.wasNull() || oldest <= 0
                                    ? null
                                    : Duration.ofMillis((long) (oldest * 1000)),
                            row.getLong("uncertain"),
                            row.getLong("expired"),
                            row.getLong("findings"),
                            row.getLong("alerts"),
                            alerts,
                            state,
                            credits);
                })
                .single();
    }

    private Month readMonth() {
        BillingCalendar.Moment moment = calendar.now();
        ZoneId zone = moment.zone();
        LocalDate today = moment.now().atZone(zone).toLocalDate();
        try {
            UsageTotal ofToday =
                    usage.report(
                                    new UsageQuery(
                                            null,
                                            today.toString(),
                                            today.plusDays(1).toString(),
                                            List.of()))
                            .total();
            UsageTotal ofMonth = usage.report(new UsageQuery(null, null, null, List.of())).total();
            return new Month(
                    today, ofToday, ofMonth, forecast(ofMonth.net(), moment.now(), today, zone));
        } catch (ApiException _) {
            // Too many reports are being read; the rest of the page is worth showing.
            return new Month(today, null, null, null);
        }
    }

    /** The month's net credits at the pace so far; null on its first day, which says too little. */
    private static @Nullable Long forecast(long net, Instant now, LocalDate today, ZoneId zone) {
        YearMonth month = YearMonth.from(today);
        Instant start = month.atDay(1).atStartOfDay(zone).toInstant();
        Duration passed = Duration.between(start, now);
        if (passed.compareTo(Duration.ofDays(1)) < 0) {
            return null;
        }
        Duration whole =
                Duration.between(
                        start, month.plusMonths(1).atDay(1).atStartOfDay(zone).toInstant());
        return Math.round((double) net * whole.toSeconds() / passed.toSeconds());
    }

    private Rate readRate() {
        double calls =
                meters.find("seedgate.permits.taken").counters().stream()
                        .mapToDouble(Counter::count)
                        .sum();
        Rate last = lastRate;
        long at = System.nanoTime();
        // Since a look of long ago it would be an average of old times.
        Double perSecond =
                last != null && at - last.at() < RATE_OVER.toNanos() * 6
                        ? (calls - last.calls()) / ((at - last.at()) / 1e9)
                        : null;
        Rate read = new Rate(at, calls, perSecond);
        lastRate = read;
        return read;
    }

    /**
     * What is under way and what waits for somebody.
     *
     * @param oldest how long the first of the queue has waited, null when nothing does
     * @param uncertain tasks of which nobody knows whether the vendor has them
     * @param findings of the ledger check, not mended
     */
    record Now(
            Instant at,
            long inFlight,
            long queued,
            @Nullable Duration oldest,
            long uncertain,
            long expired,
            long findings,
            long alerts,
            List<OpenAlert> newestAlerts,
            UpstreamState vendor,
            VendorBalanceState credits) {

        /** Whether something waits for a person. */
        public boolean isWork() {
            return uncertain + expired + findings + alerts > 0;
        }

        /** The day on which the company's credits are gone at the last week's pace. */
        public @Nullable LocalDate goneOn() {
            return credits.depletedOn(credits.lastWeek());
        }
    }

    /** An alert that nobody has acknowledged. */
    record OpenAlert(long id, Instant at, String text) {}

    /** Credits and clips of today and of this billing month; null while they can't be read. */
    record Month(
            LocalDate today,
            @Nullable UsageTotal ofToday,
            @Nullable UsageTotal ofMonth,
            @Nullable Long forecast) {

        public LocalDate first() {
            return today.withDayOfMonth(1);
        }
    }

    private record Rate(long at, double calls, @Nullable Double perSecond) {}
}
