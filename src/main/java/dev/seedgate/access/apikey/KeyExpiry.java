package dev.seedgate.access.apikey;

import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** End of a key, as an admin may ask for it. */
public final class KeyExpiry {

    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

    private KeyExpiry() {}

    /** The same, or {@code INVALID_REQUEST} for one that an ISO 8601 text can't name. */
    public static @Nullable Instant checked(@Nullable Instant expiry) {
        if (expiry != null && expiry.isAfter(LATEST)) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST, "expires_at must be before the year 10000.");
        }
        return expiry;
    }
}
