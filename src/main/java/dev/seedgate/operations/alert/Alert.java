package dev.seedgate.operations.alert;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An alert: something that a person should act on. Raised once for its kind, subject, threshold and
 * period.
 *
 * @param subject what it is about: a team, a vendor, a rule of the ledger check
 * @param team the team's slug, null when it is about no team
 * @param sandbox whether the vendor is the built-in one, which costs nothing
 */
public record Alert(
        long id,
        AlertKind kind,
        String subject,
        @Nullable String team,
        String threshold,
        String period,
        String text,
        boolean sandbox,
        @JsonProperty("raised_at") Instant raisedAt,
        @JsonProperty("acknowledged_at") @Nullable Instant acknowledgedAt,
        @JsonProperty("acknowledged_by") @Nullable String acknowledgedBy,
        Delivery delivery) {

    /**
     * How far it is on its way to the webhook.
     *
     * @param messageId the header {@code webhook-id}, the same in every try
     * @param nextTryAt null when it is delivered, given up, or there was no webhook
     * @param lastError what the last try failed of
     */
    public record Delivery(
            @JsonProperty("message_id") String messageId,
            int attempts,
            @JsonProperty("delivered_at") @Nullable Instant deliveredAt,
            @JsonProperty("next_try_at") @Nullable Instant nextTryAt,
            @JsonProperty("last_error") @Nullable String lastError) {}
}
