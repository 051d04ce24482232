package dev.seedgate.platform.web.api;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import org.springframework.stereotype.Component;

/**
 * Tells sources that keep failing to authenticate to stop, 429 instead of 401. It only ever
 * rephrases a refusal, so a good key passes whatever others have sent from its address.
 */
@Component
public class AuthFailureThrottle {

    private static final long MINUTE_NANOS = Duration.ofMinutes(1).toNanos();

    /** A site of IPv6 has a /64 at least: its hosts have as many addresses as they like. */
    private static final int SITE_BYTES = 8;

    private final long stepNanos;

    /** For each source when its failures so far are worn off; by then it is like any other. */
    private final Cache<String, Long> forgotten;

    AuthFailureThrottle(AuthFailureSettings settings) {
        stepNanos = MINUTE_NANOS / settings.authFailuresPerMinute();
        forgotten =
                Caffeine.newBuilder()
                        .maximumSize(settings.authFailureSources())
                        .expireAfterWrite(Duration.ofMinutes(1))
                        .build();
    }

    /**
     * Counts a failure.
     *
     * @return what to tell instead of the refusal, or the refusal
     */
    ApiException failed(String address, ApiException refusal) {
        long now = System.nanoTime();
        long[] wait = {0};
        forgotten
                .asMap()
                .compute(
                        source(address),
                        (_, before) -> {
                            long start = before == null || before - now < 0 ? now : before;
                            long next = start + stepNanos;
                            wait[0] = next - now - MINUTE_NANOS;
                            return wait[0] > 0 ? before : Long.valueOf(next);
                        });
        return wait[0] > 0 ? tooMany(Duration.ofNanos(wait[0])) : refusal;
    }

    private static ApiException tooMany(Duration wait) {
        return new ApiException(
                ErrorCode.RATE_LIMITED,
                "Too many calls without a valid API key come from this address. A call with a valid key passes at any time.",
                wait);
    }

    /** An address, or the site that it is of. */
    public static String source(String address) {
        try {
            InetAddress literal = InetAddress.ofLiteral(address);
            return literal instanceof Inet6Address
                    ? HexFormat.of().formatHex(Arrays.copyOf(literal.getAddress(), SITE_BYTES))
                    : address;
        } catch (IllegalArgumentException e) {
            // A link-local address of an interface that is gone, for one.
            return address;
        }
    }
}
