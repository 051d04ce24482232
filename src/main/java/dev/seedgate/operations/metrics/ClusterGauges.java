package dev.seedgate.operations.metrics;

import dev.seedgate.platform.telemetry.Loops;
import dev.seedgate.platform.telemetry.TelemetrySettings;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * The gauges of the whole cluster, read from the database now and then by every replica; a scrape
 * shows what was read last. One statement that counts no further than it must: it stays cheap with
 * a million tasks open. The oldest by order and limit: for a {@code min}, by statistics from when
 * there were few, PostgreSQL reads all there are.
 */
@Component
class ClusterGauges {

    private static final String FIGURES =
            """
            select %s,
                   (select count(*) from (select from task_queue
                       where kind = 'poll' and due_at <= gateway_now() limit :most) p) as polls_due,
                   extract(epoch from gateway_now() - (select due_at from task_queue
                       where kind = 'poll' order by due_at limit 1)) as poll_lag,
                   extract(epoch from gateway_now() - (select due_at from task_queue
                       where kind = 'sent' order by due_at limit 1)) as sent_lag,
                   extract(epoch from gateway_now() - (select due_at from task_queue
                       where kind = 'refund' order by due_at limit 1)) as refund_lag,
                   extract(epoch from gateway_now() - (select min(d.due_at)
                       from webhook_endpoint e cross join lateral (
                           select due_at from webhook_delivery
                           where endpoint_id = e.id and due_at is not null
                           order by due_at limit 1) d)) as webhook_lag
            """
                    .formatted(OpenTasks.COUNTS);

    private final JdbcClient jdbc;
    private final TelemetrySettings settings;
    private volatile @Nullable Figures last;
    private volatile long readAtNanos = System.nanoTime();

    ClusterGauges(JdbcClient jdbc, TelemetrySettings settings, MeterRegistry meters, Loops loops) {
        this.jdbc = jdbc;
        this.settings = settings;
        gauge(meters, "seedgate.queue.depth", Figures::queued);
        gauge(meters, "seedgate.queue.oldest.seconds", Figures::oldestQueued);
        gauge(meters, "seedgate.tasks.in.flight", Figures::inFlight);
        gauge(meters, "seedgate.tasks.open", Figures::uncertain, "phase", "UNCERTAIN");
        gauge(meters, "seedgate.tasks.open", Figures::expired, "phase", "EXPIRED");
        gauge(meters, "seedgate.polls.due", Figures::pollsDue);
        gauge(meters, "seedgate.dispatch.lag.seconds", Figures::pollLag, "kind", "poll");
        gauge(meters, "seedgate.dispatch.lag.seconds", Figures::sentLag, "kind", "sent");
        gauge(meters, "seedgate.dispatch.lag.seconds", Figures::refundLag, "kind", "refund");
        gauge(meters, "seedgate.webhook.lag.seconds", Figures::webhookLag);
        Gauge.builder("seedgate.sample.age.seconds", this, ClusterGauges::age).register(meters);
        loops.every(settings.metricsInterval(), "cluster-gauges", this::read);
    }

    void read() {
        last =
                jdbc.sql(FIGURES)
                        .param("most", settings.metricsCountLimit())
                        .query((row, _) ->
                                new Figures(
                                        row.getLong("queued"),
                                        row.getDouble("oldest_queued"),
                                        row.getLong("in_flight"),
                                        row.getLong("uncertain"),
                                        row.getLong("expired"),
                                        row.getLong("polls_due"),
                                        row.getDouble("poll_lag"),
                                        row.getDouble("sent_lag"),
                                        row.getDouble("refund_lag"),
                                        row.getDouble("webhook_lag")))
                        .single();
        readAtNanos = System.nanoTime();
    }

    private double age() {
        return (System.nanoTime() - readAtNanos) / 1e9;
    }

    private void gauge(
            MeterRegistry meters, String name, ToDoubleFunction<Figures> figure, String... tags) {
        Gauge.builder(name, this, it -> it.value(figure)).tags(tags).register(meters);
    }

    /** What was never read is unknown; what lies in the future is no delay. */
    private double value(ToDoubleFunction<Figures> figure) {
        Figures read = last;
        return read == null ? Double.NaN : Math.max(0, figure.applyAsDouble(read));
    }

    private record Figures(
            long queued,
            double oldestQueued,
            long inFlight,
            long uncertain,
            long expired,
            long pollsDue,
            double pollLag,
            double sentLag,
            double refundLag,
            double webhookLag) {}
}
