package dev.seedgate.operations.alert;

import dev.seedgate.platform.database.SqlInstants;
import dev.seedgate.platform.telemetry.Loops;
import dev.seedgate.platform.values.Backoff;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/**
 * The delivery of alerts to the webhook, each at least once. A claim leases the alert's row;
 * whoever holds it sends without a transaction, then writes down the outcome.
 */
@Component
class WebhookDelivery implements DisposableBean {

    private static final Logger log = LoggerFactory.getLogger(WebhookDelivery.class);
    // For writing down the outcome after the longest try.
    private static final Duration LEASE_MARGIN = Duration.ofSeconds(30);
    // What an operator is shown of an error.
    private static final int LONGEST_ERROR = 300;

    private final JdbcClient jdbc;
    private final AlertSettings settings;
    private final Backoff backoff;
    private final JsonMapper json;
    private final MeterRegistry metrics;
    private final @Nullable Webhook webhook;

    WebhookDelivery(
            JdbcClient jdbc,
            AlertSettings settings,
            JsonMapper json,
            MeterRegistry metrics,
            Clock clock,
            Loops loops) {
        this.jdbc = jdbc;
        this.settings = settings;
        backoff = new Backoff(settings.alertWebhookBackOff(), settings.alertWebhookMaxBackOff());
        this.json = json;
        this.metrics = metrics;
        webhook = Webhook.of(settings, clock);
        // All there from the start, so that the first is seen as a change.
        Stream.of("delivered", "failed", "given_up").forEach(this::counter);
        loops.every(settings.alertWebhookInterval(), "alert-deliveries", this::deliverDue);
    }

    /** Sends all that is due. */
    void deliverDue() {
        Webhook receiver = webhook;
        if (receiver == null) {
            return;
        }
        Optional<PendingDelivery> due = claim();
        while (due.isPresent()) {
            deliver(due.get(), receiver);
            due = claim();
        }
    }

    private Optional<PendingDelivery> claim() {
        return jdbc.sql(
                        """
                        update alert set attempts = attempts + 1,
                            leased_until = gateway_now() + make_interval(secs => :lease)
                        where id = (select id from alert
                            where due_at <= gateway_now() and coalesce(leased_until <= gateway_now(), true)
                            order by due_at, id limit 1 for update skip locked)
                        returning *
                        """)
                .param("lease", seconds(settings.alertWebhookTimeout().plus(LEASE_MARGIN)))
                .query((row, _) -> pending(row))
                .optional();
    }

    private void deliver(PendingDelivery delivery, Webhook receiver) {
        try {
            receiver.send(delivery.messageId(), json.writeValueAsString(delivery.body()));
        } catch (IOException | RuntimeException e) {
            // Any failure counts as a try: else it would be made for ever.
            failed(delivery, shown(e));
            return;
        }
        count("delivered");
        jdbc.sql(
                        """
                        update alert set delivered_at = gateway_now(), due_at = null, leased_until = null,
                            last_error = null
                        where id = :id
                        """)
                .param("id", delivery.id())
                .update();
    }

    /**
     * Records a failed try. Guarded by the attempt: a sender that comes after its lease does not
     * move the next try.
     */
    private void failed(PendingDelivery delivery, String error) {
        boolean last = delivery.attempt() >= settings.alertWebhookTries();
        count(last ? "given_up" : "failed");
        log.warn(
                "alert {} was not delivered, try {}: {}", delivery.id(), delivery.attempt(), error);
        jdbc.sql(
                        """
                        update alert set leased_until = null, last_error = :error,
                            due_at = case when :last then null
                                          else gateway_now() + make_interval(secs => :delay) end
                        where id = :id and attempts = :attempt and delivered_at is null
                        """)
                .param("error", error)
                .param("last", last)
                .param("delay", seconds(backoff.after(delivery.attempt())))
                .param("id", delivery.id())
                .param("attempt", delivery.attempt())
                .update();
    }

    private void count(String outcome) {
        counter(outcome).increment();
    }

    private Counter counter(String outcome) {
        return metrics.counter("seedgate.alert.deliveries", "outcome", outcome);
    }

    private static String shown(Exception e) {
        String text = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        String line = text.replaceAll("[\\p{Cc}\\p{Cs}\\s]+", " ").strip();
        return line.substring(0, Math.min(line.length(), LONGEST_ERROR));
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }

    private static PendingDelivery pending(ResultSet row) throws SQLException {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("id", row.getLong("id"));
        data.put("kind", row.getString("kind"));
        data.put("subject", row.getString("subject"));
        data.put("team", row.getString("team_slug"));
        data.put("threshold", row.getString("threshold"));
        data.put("period", row.getString("period"));
        data.put("sandbox", row.getBoolean("sandbox"));
        return new PendingDelivery(
                row.getLong("id"),
                row.getString("message_id"),
                row.getInt("attempts"),
                new Body(row.getString("text"), "alert.raised", SqlInstants.get(row, "at"), data));
    }

    /** An alert that is to be sent, as try number {@code attempt}. */
    private record PendingDelivery(long id, String messageId, int attempt, Body body) {}

    /** What chats show is {@code text}; the rest is for programs. */
    private record Body(String text, String type, Instant timestamp, Map<String, Object> data) {}

    @Override
    public void destroy() throws IOException {
        if (webhook != null) {
            webhook.close();
        }
    }
}
