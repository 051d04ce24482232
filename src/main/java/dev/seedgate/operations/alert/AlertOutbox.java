package dev.seedgate.operations.alert;

import dev.seedgate.operations.delivery.DeliveryAttempt;
import dev.seedgate.operations.delivery.Outbox;
import dev.seedgate.operations.delivery.WebhookMessage;
import dev.seedgate.platform.values.Backoff;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** The alerts that are to be sent. A claim leases the alert's row. */
@Component
class AlertOutbox implements Outbox<PendingAlert> {

    private static final Logger log = LoggerFactory.getLogger(AlertOutbox.class);
    // For writing down the outcome after the longest try.
    private static final Duration LEASE_MARGIN = Duration.ofSeconds(30);

    private final JdbcClient jdbc;
    private final AlertSettings settings;
    private final Backoff backoff;
    private final JsonMapper json;
    private final MeterRegistry metrics;
    private final @Nullable AlertReceiver receiver;

    AlertOutbox(JdbcClient jdbc, AlertSettings settings, JsonMapper json, MeterRegistry metrics) {
        this.jdbc = jdbc;
        this.settings = settings;
        backoff = new Backoff(settings.alertWebhookBackOff(), settings.alertWebhookMaxBackOff());
        this.json = json;
        this.metrics = metrics;
        receiver = AlertReceiver.of(settings);
        // All there from the start, so that the first is seen as a change.
        Stream.of("delivered", "failed", "given_up").forEach(this::counter);
    }

    @Override
    public List<PendingAlert> claim(int most) {
        return jdbc.sql(
                        """
                        update alert set attempts = attempts + 1,
                            leased_until = gateway_now() + make_interval(secs => :lease)
                        where id in (select id from alert
                            where due_at <= gateway_now() and coalesce(leased_until <= gateway_now(), true)
                            order by due_at, id limit :most for update skip locked)
                        returning *
                        """)
                .param("lease", seconds(settings.alertWebhookTimeout().plus(LEASE_MARGIN)))
                .param("most", most)
                .query((row, _) -> PendingAlert.of(row))
                .list();
    }

    @Override
    public WebhookMessage message(PendingAlert alert) {
        AlertReceiver to = Objects.requireNonNull(receiver);
        return new WebhookMessage(
                alert.messageId(),
                to.url(),
                to.secrets().get(),
                json.writeValueAsString(alert.body()));
    }

    @Override
    public void record(PendingAlert alert, DeliveryAttempt attempt) {
        if (attempt.error() != null) {
            failed(alert, attempt.error());
            return;
        }
        counter("delivered").increment();
        jdbc.sql(
                        """
                        update alert set delivered_at = gateway_now(), due_at = null, leased_until = null,
                            last_error = null
                        where id = :id
                        """)
                .param("id", alert.id())
                .update();
    }

    /**
     * Records a failed try. Guarded by the attempt: a sender that comes after its lease does not
     * move the next try.
     */
    private void failed(PendingAlert alert, String error) {
        boolean last = alert.attempt() >= settings.alertWebhookTries();
        counter(last ? "given_up" : "failed").increment();
        log.warn("alert {} was not delivered, try {}: {}", alert.id(), alert.attempt(), error);
        jdbc.sql(
                        """
                        update alert set leased_until = null, last_error = :error,
                            due_at = case when :last then null
                                          else gateway_now() + make_interval(secs => :delay) end
                        where id = :id and attempts = :attempt and delivered_at is null
                        """)
                .param("error", error)
                .param("last", last)
                .param("delay", seconds(backoff.after(alert.attempt())))
                .param("id", alert.id())
                .param("attempt", alert.attempt())
                .update();
    }

    private Counter counter(String outcome) {
        return metrics.counter("seedgate.alert.deliveries", "outcome", outcome);
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }
}
