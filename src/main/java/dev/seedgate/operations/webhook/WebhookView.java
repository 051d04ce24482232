package dev.seedgate.operations.webhook;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An endpoint as people see it; {@code secret} is there once, in the answer that made it. */
@JsonPropertyOrder({"id", "url", "secret"})
record WebhookView(
        long id,
        @Nullable String url,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String secret,
        List<TaskEvent> events,
        @Nullable List<String> hosts,
        @JsonProperty("created_at") Instant createdAt,
        @JsonProperty("old_secret_until") @Nullable Instant oldSecretUntil,
        @JsonProperty("failing_since") @Nullable Instant failingSince,
        @JsonProperty("disabled_at") @Nullable Instant disabledAt,
        @JsonProperty("disabled_reason") @Nullable String disabledReason) {

    static WebhookView of(Endpoints.Issued issued) {
        return of(issued.endpoint(), issued.secret());
    }

    static WebhookView of(Endpoint endpoint) {
        return of(endpoint, null);
    }

    private static WebhookView of(Endpoint endpoint, @Nullable String secret) {
        return new WebhookView(
                endpoint.id(),
                endpoint.url(),
                secret,
                endpoint.events(),
                endpoint.hosts(),
                endpoint.createdAt(),
                endpoint.oldSecretUntil(),
                endpoint.failingSince(),
                endpoint.disabledAt(),
                endpoint.disabledReason());
    }

    /** Without what is secret, wherever it is printed. */
    @Override
    public String toString() {
        return "WebhookView[id=" + id + "]";
    }
}
