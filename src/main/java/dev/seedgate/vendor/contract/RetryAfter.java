package dev.seedgate.vendor.contract;

import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * Reader of the header {@code Retry-After}: seconds or a date, clamped to {@link #MIN} and {@link
 * #MAX}.
 */
public final class RetryAfter {

    /** Less would be no pause at all. */
    public static final Duration MIN = Duration.ofSeconds(1);

    /** More would let one odd header stop the company for a day. */
    public static final Duration MAX = Duration.ofMinutes(10);

    private static final Pattern SECONDS = Pattern.compile("[+-]?\\d{1,30}(\\.\\d{1,30})?");

    private RetryAfter() {}

    /** The wait between the bounds, or empty when the header is absent or garbage. */
    public static Optional<Duration> of(HttpHeaders headers, Instant now) {
        @Nullable String value = headers.getFirst(HttpHeaders.RETRY_AFTER);
        if (value == null) {
            return Optional.empty();
        }
        if (SECONDS.matcher(value.strip()).matches()) {
            double seconds = Math.min(Double.parseDouble(value.strip()), (double) MAX.toSeconds());
            return Optional.of(clamp(Duration.ofSeconds((long) Math.ceil(Math.max(0, seconds)))));
        }
        @Nullable Instant until = date(headers, HttpHeaders.RETRY_AFTER);
        if (until == null) {
            return Optional.empty();
        }
        // Measured by the vendor's clock where it shows one: ours may differ by more than the wait.
        @Nullable Instant vendorNow = date(headers, HttpHeaders.DATE);
        return Optional.of(clamp(Duration.between(vendorNow == null ? now : vendorNow, until)));
    }

    private static @Nullable Instant date(HttpHeaders headers, String name) {
        try {
            @Nullable ZonedDateTime date = headers.getFirstZonedDateTime(name);
            return date == null ? null : date.toInstant();
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static Duration clamp(Duration wait) {
        if (wait.compareTo(MIN) < 0) {
            return MIN;
        }
        return wait.compareTo(MAX) > 0 ? MAX : wait;
    }
}
