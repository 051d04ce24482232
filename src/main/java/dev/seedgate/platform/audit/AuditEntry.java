package dev.seedgate.platform.audit;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A line of the audit log.
 *
 * @param address where the call came from, null for the gateway itself
 * @param requestId the {@code X-Request-Id} of the call's answer
 */
public record AuditEntry(
        long id,
        Instant at,
        String actor,
        String action,
        String object,
        @Schema(implementation = Map.class) @Nullable JsonNode before,
        @Schema(implementation = Map.class) @Nullable JsonNode after,
        @Nullable String reason,
        @Nullable String address,
        @JsonProperty("request_id") @Nullable String requestId) {}
