package dev.seedgate.platform.values;

import org.jspecify.annotations.Nullable;

/** The header {@code Idempotency-Key}: calls with the same one count once. */
public final class IdempotencyKey {

    /** The regular expression that the whole key matches. */
    public static final String FORM = "[!-~]{1,255}";

    private IdempotencyKey() {}

    /**
     * The key of a call that moves credits and so must not come without one. Refuses with {@code
     * INVALID_IDEMPOTENCY_KEY} what is missing or malformed.
     */
    public static String required(@Nullable String header) {
        if (header == null || !header.matches(FORM)) {
            throw new ApiException(
                    ErrorCode.INVALID_IDEMPOTENCY_KEY,
                    "Send an Idempotency-Key of 1 to 255 visible ASCII characters: what is repeated must not count twice.");
        }
        return header;
    }
}
