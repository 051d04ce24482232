package dev.seedgate.operations.webhook;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.seedgate.platform.audit.AuditLog;
import dev.seedgate.platform.audit.Change;
import dev.seedgate.platform.database.SqlInstants;
import dev.seedgate.platform.values.Actor;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.Page;
import dev.seedgate.platform.values.TaskId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The log of deliveries, and those that people ask for. */
@Service
public class DeliveryLog {

    private static final String TEST = "webhook.test";

    private final JdbcClient jdbc;
    private final Endpoints endpoints;
    private final WebhookDelivery delivery;
    private final AuditLog audit;

    DeliveryLog(JdbcClient jdbc, Endpoints endpoints, WebhookDelivery delivery, AuditLog audit) {
        this.jdbc = jdbc;
        this.endpoints = endpoints;
        this.delivery = delivery;
        this.audit = audit;
    }

    /**
     * A delivery of one message to one endpoint.
     *
     * @param url of a callback, null for any other
     * @param nextTryAt null when it is delivered or given up
     */
    public record DeliveryRecord(
            long id,
            @JsonProperty("message_id") String messageId,
            String type,
            @JsonProperty("task_id") @Nullable String taskId,
            @Nullable String url,
            @JsonProperty("created_at") Instant createdAt,
            int attempts,
            @JsonProperty("delivered_at") @Nullable Instant deliveredAt,
            @JsonProperty("next_try_at") @Nullable Instant nextTryAt,
            List<DeliveryTry> tries) {

        /** For whoever is not of its team: who knows a callback's URL may write there. */
        public DeliveryRecord withoutUrl() {
            return with(null, tries);
        }

        private DeliveryRecord withTries(List<DeliveryTry> tries) {
            return with(url, tries);
        }

        private DeliveryRecord with(@Nullable String url, List<DeliveryTry> tries) {
            return new DeliveryRecord(
                    id,
                    messageId,
                    type,
                    taskId,
                    url,
                    createdAt,
                    attempts,
                    deliveredAt,
                    nextTryAt,
                    tries);
        }
    }

    /** A delivery of a task's end to this endpoint. */
    public record TaskDelivery(long endpoint, DeliveryRecord delivery) {}

    /**
     * What came of a try.
     *
     * @param status null when no answer came
     * @param answer its first kilobyte
     * @param error null when it was delivered
     */
    public record DeliveryTry(
            Instant at,
            @Nullable Integer status,
            @JsonProperty("latency_ms") long latencyMs,
            String answer,
            @Nullable String error) {}

    /** Those of an endpoint, newest first, each with its tries. */
    @Transactional(readOnly = true)
    public Page<DeliveryRecord> find(long team, long endpoint, @Nullable Long cursor, int limit) {
        endpoints.get(team, endpoint);
        List<DeliveryRecord> found =
                jdbc.sql(
                                """
                                select * from webhook_delivery where endpoint_id = :endpoint and id < :cursor
                                order by id desc limit :limit
                                """)
                        .param("endpoint", endpoint)
                        .param("cursor", cursor == null ? Long.MAX_VALUE : cursor)
                        .param("limit", limit + 1)
                        .query((row, _) -> delivery(row))
                        .list();
        return Page.of(withTries(found), limit, DeliveryRecord::id);
    }

    /** Those of a task's end, each with its endpoint: as many as its team has endpoints. */
    @Transactional(readOnly = true)
    public List<TaskDelivery> ofTask(TaskId task) {
        Map<Long, Long> endpointOf = new HashMap<>();
        List<DeliveryRecord> found =
                jdbc.sql("select * from webhook_delivery where task_id = :task order by id")
                        .param("task", task.value())
                        .query((row, _) -> {
                            endpointOf.put(row.getLong("id"), row.getLong("endpoint_id"));
                            return delivery(row);
                        })
                        .list();
        return withTries(found).stream()
                .map(each ->
                        new TaskDelivery(
                                Objects.requireNonNull(endpointOf.get(each.id())),
                                each.withoutUrl()))
                .toList();
    }

    private List<DeliveryRecord> withTries(List<DeliveryRecord> deliveries) {
        if (deliveries.isEmpty()) {
            return deliveries;
        }
        Map<Long, List<DeliveryTry>> tries = new HashMap<>();
        jdbc.sql("select * from webhook_try where delivery_id in (:ids) order by id")
                .param("ids", deliveries.stream().map(DeliveryRecord::id).toList())
                .query(row -> {
                    tries.computeIfAbsent(row.getLong("delivery_id"), _ -> new ArrayList<>())
                            .add(attempt(row));
                });
        return deliveries.stream()
                .map(each -> each.withTries(tries.getOrDefault(each.id(), List.of())))
                .toList();
    }

    /** Sends an endpoint a test, once; one that is disabled and takes it works again. */
    @Transactional
    public DeliveryRecord test(long team, long endpoint) {
        if (endpoints.get(team, endpoint).url() == null) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST,
                    "Callbacks have no URL of their own to test; send a create with X-Callback-Url.");
        }
        DeliveryRecord made =
                jdbc.sql(
                                """
                                insert into webhook_delivery (endpoint_id, team_id, message_id, type)
                                values (:endpoint, :team, :message, :type) returning *
                                """)
                        .param("endpoint", endpoint)
                        .param("team", team)
                        .param("message", "test_" + UUID.randomUUID())
                        .param("type", TEST)
                        .query((row, _) -> delivery(row))
                        .single();
        delivery.wakeAfterCommit();
        return made;
    }

    /** Delivers it once more, at once, with the same id and body. */
    @Transactional
    public DeliveryRecord redeliver(long team, long id) {
        DeliveryRecord due =
                makeDue("team_id", team, id)
                        .orElseThrow(() ->
                                new ApiException(
                                        ErrorCode.NOT_FOUND,
                                        "Your team has no delivery " + id + "."));
        return withTries(List.of(due)).getFirst();
    }

    /** The same by an admin, whose name is written down. */
    @Transactional
    public void redeliver(long endpoint, long id, Actor actor) {
        DeliveryRecord due =
                makeDue("endpoint_id", endpoint, id)
                        .orElseThrow(() ->
                                new ApiException(
                                        ErrorCode.NOT_FOUND,
                                        "The endpoint has no delivery " + id + "."));
        audit.record(
                new Change(
                        "webhook.redeliver",
                        "webhook:" + endpoint,
                        null,
                        Map.of("message_id", due.messageId()),
                        null),
                actor);
    }

    private Optional<DeliveryRecord> makeDue(String owner, long ownerId, long id) {
        Optional<DeliveryRecord> due =
                jdbc.sql(
                                """
                                update webhook_delivery set due_at = gateway_now(), step = 0, delivered_at = null
                                where id = :id and %s = :owner returning *
                                """
                                        .formatted(owner))
                        .param("id", id)
                        .param("owner", ownerId)
                        .query((row, _) -> delivery(row))
                        .optional();
        delivery.wakeAfterCommit();
        return due;
    }

    private static DeliveryRecord delivery(ResultSet row) throws SQLException {
        return new DeliveryRecord(
                row.getLong("id"),
                row.getString("message_id"),
                row.getString("type"),
                row.getString("task_id"),
                row.getString("url"),
                SqlInstants.get(row, "at"),
                row.getInt("attempts"),
                SqlInstants.find(row, "delivered_at"),
                SqlInstants.find(row, "due_at"),
                List.of());
    }

    private static DeliveryTry attempt(ResultSet row) throws SQLException {
        return new DeliveryTry(
                SqlInstants.get(row, "at"),
                row.getObject("status", Integer.class),
                row.getLong("latency_ms"),
                row.getString("answer"),
                row.getString("error"));
    }
}
