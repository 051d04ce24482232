package dev.seedgate.operations.webhook;

import dev.seedgate.operations.alert.AlertKind;
import dev.seedgate.operations.alert.Alerts;
import dev.seedgate.operations.alert.Alerts.AlertCandidate;
import dev.seedgate.operations.delivery.DeliveryAttempt;
import dev.seedgate.operations.delivery.Outbox;
import dev.seedgate.operations.delivery.WebhookAnswer;
import dev.seedgate.operations.delivery.WebhookMessage;
import dev.seedgate.platform.database.SqlInstants;
import dev.seedgate.task.view.TaskDocuments;
import dev.seedgate.vendor.client.Vendor;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The teams' messages that are to be delivered. A claim locks the endpoints for which it claims, so
 * that over all replicas none has more under way than it may; each gets its first before any gets
 * its second.
 */
@Component
class WebhookOutbox implements Outbox<PendingDelivery> {

    /** Messages to one endpoint that are under way at once, whoever sends them. */
    static final int AT_ONCE = 4;

    // For writing down the outcome after the longest try.
    private static final Duration LEASE_MARGIN = Duration.ofSeconds(30);
    // Longer than a long weekend.
    private static final Duration LONGEST_FAILURE = Duration.ofDays(5);
    private static final int GONE = 410;
    // Who redelivers a thing over and over sees what came of the last ones.
    private static final int TRIES_KEPT = 50;

    private final JdbcClient jdbc;
    private final TaskDocuments tasks;
    private final SecretCipher cipher;
    private final Alerts alerts;
    private final Vendor vendor;
    private final WebhookSettings settings;
    private final JsonMapper json;
    private final MeterRegistry metrics;

    WebhookOutbox(
            JdbcClient jdbc,
            TaskDocuments tasks,
            SecretCipher cipher,
            Alerts alerts,
            Vendor vendor,
            WebhookSettings settings,
            JsonMapper json,
            MeterRegistry metrics) {
        this.jdbc = jdbc;
        this.tasks = tasks;
        this.cipher = cipher;
        this.alerts = alerts;
        this.vendor = vendor;
        this.settings = settings;
        this.json = json;
        this.metrics = metrics;
        // All there from the start, so that the first is seen as a change.
        Stream.of("delivered", "failed", "given_up").forEach(this::counter);
    }

    @Override
    @Transactional
    public List<PendingDelivery> claim(int most) {
        // First the locks: what others have under way is then seen by the second statement.
        List<Long> endpoints =
                jdbc.sql(
                                """
                                select e.id from webhook_endpoint e
                                where exists (select from webhook_delivery d
                                    where d.endpoint_id = e.id and d.due_at <= gateway_now()
                                        and coalesce(d.leased_until <= gateway_now(), true))
                                for no key update of e skip locked
                                """)
                        .query((row, _) -> row.getLong("id"))
                        .list();
        if (endpoints.isEmpty()) {
            return List.of();
        }
        return jdbc.sql(
                        """
                        with open as (
                            select e.*, (select count(*) from webhook_delivery b
                                where b.endpoint_id = e.id and b.leased_until > gateway_now()) as busy
                            from webhook_endpoint e where e.id in (:endpoints)
                        ), next as (
                            select d.id, open.busy + row_number() over (
                                partition by d.endpoint_id order by d.due_at, d.id) as place, d.due_at
                            from open cross join lateral (
                                select id, endpoint_id, due_at from webhook_delivery d
                                where d.endpoint_id = open.id and d.due_at <= gateway_now()
                                    and coalesce(d.leased_until <= gateway_now(), true)
                                order by d.due_at, d.id
                                limit greatest(0, :atOnce - open.busy)) d
                            order by place, d.due_at
                            limit :most
                        )
                        update webhook_delivery d set attempts = attempts + 1,
                            leased_until = gateway_now() + make_interval(secs => :lease)
                        from next, open
                        where d.id = next.id and open.id = d.endpoint_id
                        returning d.*, coalesce(d.url, open.url) as target, open.secret,
                            case when open.old_secret_until > gateway_now() then open.old_secret end as old_secret
                        """)
                .param("endpoints", endpoints)
                .param("atOnce", AT_ONCE)
                .param("most", most)
                .param(
                        "lease",
                        settings.webhooksConnectTimeout()
                                        .plus(settings.webhooksTimeout())
                                        .plus(LEASE_MARGIN)
                                        .toMillis()
                                / 1000.0)
                .query((row, _) -> pending(row))
                .list();
    }

    private static PendingDelivery pending(ResultSet row) throws SQLException {
        return new PendingDelivery(
                row.getLong("id"),
                row.getLong("endpoint_id"),
                row.getLong("team_id"),
                URI.create(row.getString("target")),
                row.getString("url") != null,
                row.getString("message_id"),
                row.getString("type"),
                row.getString("task_id"),
                SqlInstants.get(row, "at"),
                Stream.of(row.getBytes("secret"), row.getBytes("old_secret"))
                        .filter(Objects::nonNull)
                        .toList(),
                row.getString("body"),
                row.getInt("attempts"),
                row.getInt("step"));
    }

    @Override
    public WebhookMessage message(PendingDelivery delivery) {
        List<String> secrets =
                delivery.secrets().stream()
                        .map(secret -> cipher.decrypt(secret, delivery.team()))
                        .toList();
        String body = delivery.body() == null ? storedBody(delivery) : delivery.body();
        return new WebhookMessage(delivery.messageId(), delivery.url(), secrets, body);
    }

    /** The one that is made first, by whomever, is that of all tries. */
    private String storedBody(PendingDelivery delivery) {
        return jdbc.sql(
                        """
                        update webhook_delivery set body = coalesce(body, :body)
                        where id = :id returning body
                        """)
                .param("body", body(delivery))
                .param("id", delivery.id())
                .query(String.class)
                .optional()
                .orElseThrow(() -> new IllegalStateException("it was removed meanwhile"));
    }

    private String body(PendingDelivery delivery) {
        if (delivery.taskId() == null) {
            return json.writeValueAsString(
                    new Body(
                            delivery.type(),
                            delivery.at(),
                            json.createObjectNode().put("webhook_id", delivery.endpoint()),
                            1));
        }
        JsonNode task = tasks.get(delivery.team(), delivery.taskId());
        return json.writeValueAsString(
                new Body(delivery.type(), delivery.at(), task, task.path("timeline").size()));
    }

    @Override
    @Transactional
    public void record(PendingDelivery delivery, DeliveryAttempt attempt) {
        // The endpoint before its deliveries, like a claim.
        boolean last = attempt.delivered() ? succeeded(delivery) : failed(delivery, attempt);
        counter(attempt.delivered() ? "delivered" : last ? "given_up" : "failed").increment();
        log(delivery, attempt);
    }

    private boolean succeeded(PendingDelivery delivery) {
        // What was disabled works again once it takes a test.
        jdbc.sql(
                        """
                        update webhook_endpoint set failing_since = null, disabled_at = null, disabled_reason = null
                        where id = :id and not :callback and (failing_since is not null or disabled_at is not null)
                        """)
                .param("id", delivery.endpoint())
                .param("callback", delivery.callback())
                .update();
        jdbc.sql(
                        """
                        update webhook_delivery set delivered_at = gateway_now(), due_at = null, leased_until = null
                        where id = :id and attempts = :attempt
                        """)
                .param("id", delivery.id())
                .param("attempt", delivery.attempt())
                .update();
        return true;
    }

    /**
     * Whether that was the last try. Guarded by the attempt: a sender that comes after its lease
     * does not move the next try.
     */
    private boolean failed(PendingDelivery delivery, DeliveryAttempt attempt) {
        WebhookAnswer answer = attempt.answer();
        boolean gone = answer != null && answer.status() == GONE;
        boolean disabled = !delivery.callback() && !delivery.isTest() && disables(delivery, gone);
        Optional<Duration> wait =
                delivery.isTest() || gone || disabled
                        ? Optional.empty()
                        : RetrySchedule.after(delivery.step());
        jdbc.sql(
                        """
                        update webhook_delivery set leased_until = null, step = step + 1,
                            due_at = gateway_now() + make_interval(secs => cast(:wait as double precision))
                        where id = :id and attempts = :attempt and delivered_at is null
                        """)
                .param("wait", wait.map(it -> it.toMillis() / 1000.0).orElse(null))
                .param("id", delivery.id())
                .param("attempt", delivery.attempt())
                .update();
        return wait.isEmpty();
    }

    /** Whether the endpoint is disabled, by this failure or by one before. */
    private boolean disables(PendingDelivery delivery, boolean gone) {
        FailingEndpoint endpoint =
                jdbc.sql(
                                """
                                update webhook_endpoint set failing_since = coalesce(failing_since, gateway_now())
                                where id = :id
                                returning disabled_at is not null as disabled, failing_since,
                                    failing_since <= gateway_now() - make_interval(secs => :longest) as too_long
                                """)
                        .param("id", delivery.endpoint())
                        .param("longest", LONGEST_FAILURE.toSeconds())
                        .query((row, _) ->
                                new FailingEndpoint(
                                        row.getBoolean("disabled"),
                                        SqlInstants.get(row, "failing_since"),
                                        row.getBoolean("too_long")))
                        .optional()
                        .orElse(null);
        if (endpoint == null || endpoint.disabled()) {
            return true;
        }
        if (gone) {
            disable(delivery, "it answered 410 Gone");
        } else if (endpoint.tooLong()) {
            disable(delivery, "nothing could be delivered since " + endpoint.failingSince());
            alert(delivery, endpoint.failingSince());
        }
        return gone || endpoint.tooLong();
    }

    /** Nothing more is sent to it, but tests. */
    private void disable(PendingDelivery delivery, String reason) {
        jdbc.sql(
                        """
                        update webhook_endpoint set disabled_at = gateway_now(), disabled_reason = :reason
                        where id = :id
                        """)
                .param("reason", reason)
                .param("id", delivery.endpoint())
                .update();
        jdbc.sql(
                        """
                        update webhook_delivery set due_at = null
                        where endpoint_id = :id and due_at is not null and task_id is not null
                        """)
                .param("id", delivery.endpoint())
                .update();
    }

    private void alert(PendingDelivery delivery, Instant since) {
        String team =
                jdbc.sql("select slug from team_limits where id = :id")
                        .param("id", delivery.team())
                        .query(String.class)
                        .single();
        alerts.raise(
                new AlertCandidate(
                        AlertKind.WEBHOOK,
                        "webhook:" + delivery.endpoint(),
                        team,
                        LONGEST_FAILURE.toDays() + " days",
                        since.toString(),
                        vendor.isSandbox(),
                        "Endpoint %d of team %s, at %s, is disabled: nothing could be delivered since %s. The team enables it by a test that it takes."
                                .formatted(
                                        delivery.endpoint(),
                                        team,
                                        delivery.url().getHost(),
                                        since)));
    }

    private void log(PendingDelivery delivery, DeliveryAttempt attempt) {
        WebhookAnswer answer = attempt.answer();
        jdbc.sql(
                        """
                        with known as (select id from webhook_delivery where id = :id for key share),
                            older as (delete from webhook_try
                                where delivery_id = :id and attempt <= :attempt - :kept)
                        insert into webhook_try (delivery_id, attempt, status, latency_ms, answer, error)
                        select id, :attempt, cast(:status as int), :latency, :answer, :error from known
                        """)
                .param("id", delivery.id())
                .param("attempt", delivery.attempt())
                .param("kept", TRIES_KEPT)
                .param("status", answer == null ? null : answer.status())
                .param("latency", attempt.latency().toMillis())
                .param("answer", answer == null ? "" : answer.text())
                .param("error", attempt.error())
                .update();
    }

    private Counter counter(String outcome) {
        return metrics.counter("seedgate.webhook.deliveries", "outcome", outcome);
    }

    /** What receivers get; {@code sequence} grows with each message about the same task. */
    private record Body(String type, Instant timestamp, JsonNode data, int sequence) {}

    private record FailingEndpoint(boolean disabled, Instant failingSince, boolean tooLong) {}
}
