package dev.seedgate.platform.web.api;

import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/** Why something is done, for the audit log. */
public record ReasonRequest(@SingleLine @Size(max = 500) @Nullable String reason) {

    public static @Nullable String of(@Nullable ReasonRequest request) {
        return request == null ? null : request.reason();
    }
}
