package dev.seedgate.task.view;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.web.api.SingleLine;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * Request to say what became of a task: {@code upstream_task_id} goes with ATTACH; {@code force}
 * attaches another order's task too.
 */
public record ResolveRequest(
        @NotNull Resolution outcome,
        @JsonProperty("upstream_task_id")
                @Pattern(
                        regexp = "[!-~]{1,128}",
                        message = "must be 1 to 128 visible ASCII characters")
                @Nullable String upstreamTaskId,
        @Nullable Boolean force,
        @SingleLine @Size(max = 500) @Nullable String reason) {

    public String requiredUpstreamTaskId() {
        if (upstreamTaskId == null) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST, "upstream_task_id is missing; ATTACH needs it.");
        }
        return upstreamTaskId;
    }

    /** What an operator says became of a task. */
    public enum Resolution {
        REFUND,
        ATTACH
    }
}
