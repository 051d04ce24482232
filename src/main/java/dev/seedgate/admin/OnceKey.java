package dev.seedgate.admin;

import dev.seedgate.shared.ErrorCode;
import dev.seedgate.shared.GatewayException;
import org.jspecify.annotations.Nullable;

/** The {@code Idempotency-Key} of a call that moves credits and so must not come without one. */
final class OnceKey {

    private static final String FORM = "[!-~]{1,255}";

    private OnceKey() {}

    /** Refuses with {@code INVALID_IDEMPOTENCY_KEY} what is missing or malformed. */
    static String required(@Nullable String header) {
        if (header == null || !header.matches(FORM)) {
            throw new GatewayException(
                    ErrorCode.INVALID_IDEMPOTENCY_KEY,
                    "Send an Idempotency-Key of 1 to 255 visible ASCII characters: what is repeated must not count twice.");
        }
        return header;
    }
}
