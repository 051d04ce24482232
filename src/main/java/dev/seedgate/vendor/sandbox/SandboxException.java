package dev.seedgate.vendor.sandbox;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** An answer other than 200, in the vendor's plain envelope. */
class SandboxException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final @Nullable Duration retryAfter;

    SandboxException(int status, String message) {
        this(status, message, null);
    }

    SandboxException(int status, String message, @Nullable Duration retryAfter) {
        // An answer, not a defect: no stack trace.
        super(message, null, false, false);
        this.status = status;
        this.retryAfter = retryAfter;
    }

    int status() {
        return status;
    }

    String message() {
        return String.valueOf(getMessage());
    }

    @Nullable Duration retryAfter() {
        return retryAfter;
    }
}
