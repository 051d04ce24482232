package dev.seedgate.platform.web.api;

import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.Size;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/**
 * Body of a key's rotation.
 *
 * @param overlap how long the old key still works, an ISO 8601 duration; null for an hour
 */
public record RotateRequest(
        @Schema(example = "PT1H") @SingleLine @Nullable String overlap,
        @SingleLine @Size(max = 500) @Nullable String reason) {

    // Longer than that, the old key would be a second key.
    private static final Duration LONGEST = Duration.ofDays(90);

    public static RotateRequest of(@Nullable RotateRequest request) {
        return request == null ? new RotateRequest(null, null) : request;
    }

    public Duration time() {
        try {
            Duration time = overlap == null ? Duration.ofHours(1) : Duration.parse(overlap);
            if (!time.isNegative() && time.compareTo(LONGEST) <= 0) {
                return time;
            }
        } catch (DateTimeParseException _) {
            throw wrong();
        }
        throw wrong();
    }

    private static ApiException wrong() {
        return new ApiException(
                ErrorCode.INVALID_REQUEST,
                "overlap must be an ISO 8601 duration like PT1H, from PT0S to 90 days.");
    }
}
