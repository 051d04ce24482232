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
 * Throttle of failed authentications: a client that keeps failing gets 429 instead of 401. It only
 * ever replaces a refusal, so a good key passes whatever others have sent from its address.
 */
@Component
public class AuthFailureThrottle {

    private static final long MINUTE_NANOS = Duration.ofMinutes(1).toNanos();

    /** Bytes of a /64, the least that a site of IPv6 has: its hosts use any address in it. */
    private static final int SITE_BYTES = 8;

    private final long stepNanos;

    /** For each client the time at which its failures so far are worn off. */
    private final Cache<String, Long> recoveredNanos;

    AuthFailureThrottle(AuthFailureSettings settings) {
        stepNanos = MINUTE_NANOS / settings.authFailuresPerMinute();
        recoveredNanos =
                Caffeine.newBuilder()
                        .maximumSize(settings.authFailureSources())
                        .expireAfterWrite(Duration.ofMinutes(1))
                        .build();
    }

    /**
     * Counts a failure.
     *
     * @return the answer: the refusal, or a 429 in its place
     */
    ApiException onFailure(String address, ApiException refusal) {
        long now = System.nanoTime();
        long[] wait = {0};
        recoveredNanos
                .asMap()
                .compute(
                        clientKey(address),
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

    /** What a client is counted by: its address, or the /64 of an IPv6 address. */
    public static String clientKey(String address) {
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
