package dev.seedgate.platform.web.api;

import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/** Body of a call that takes a reason for the audit log only. */
public record ReasonRequest(@SingleLine @Size(max = 500) @Nullable String reason) {

    public static @Nullable String of(@Nullable ReasonRequest request) {
        return request == null ? null : request.reason();
    }
}
