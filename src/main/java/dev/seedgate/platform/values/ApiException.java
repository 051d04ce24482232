package dev.seedgate.platform.values;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Refusal of a request: a code from the contract, a message that says what happened and what to do,
 * and how long to wait before the next try when waiting helps.
 */
public class ApiException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final @Nullable Duration retryAfter;

    public ApiException(ErrorCode code, String message) {
        this(code, message, null);
    }

    public ApiException(ErrorCode code, String message, @Nullable Duration retryAfter) {
        // A refusal is an answer, not a defect: no stack trace is wanted, and a flood of them must
        // stay cheap.
        super(message, null, false, false);
        this.code = code;
        this.retryAfter = retryAfter;
    }

    public ErrorCode code() {
        return code;
    }

    /** The text for the client; never null here. */
    public String message() {
        return String.valueOf(getMessage());
    }

    /** How long the client should wait, or null where waiting does not help. */
    public @Nullable Duration retryAfter() {
        return retryAfter;
    }
}
