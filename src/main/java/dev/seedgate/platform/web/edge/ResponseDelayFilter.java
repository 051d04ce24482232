package dev.seedgate.platform.web.edge;

import dev.seedgate.platform.database.ConnectionShares;
import dev.seedgate.platform.web.api.RequestPath;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Filter that delays what is cheap to ask for and answered without end: refusals, which are all
 * answers with a status of 400 or more, and health checks. Up to a rate they come at once; beyond
 * it each waits for its turn, or for the longest delay, and then comes as it is. So a flood of them
 * slows its author, and nobody else. Each team has a rate of its own; all whom nobody knows, also
 * those with a key that was revoked, share one: another pace would tell that there was such a key.
 *
 * <p>A call that is answered well never waits. A refusal waits when it is written already, outside
 * of all other filters: it holds no connection to the database, no transaction and no slot, and
 * does not count as the gateway's own time in the metrics. How many wait is bounded, for each keeps
 * a thread's stack. Beyond that responses come at once: a refusal of another kind would cost the
 * same. A flood on more connections than that is for the proxy to bound, by address.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
class ResponseDelayFilter extends OncePerRequestFilter {

    private static final Object UNKNOWN_CALLERS = "unknown";

    private final EdgeSettings settings;
    private final Pace healthChecks;
    private final Counter delayedRefusals;

    // As many as there are teams.
    private final Map<Object, Pace> refusals = new ConcurrentHashMap<>();
    private final AtomicInteger waiting = new AtomicInteger();

    ResponseDelayFilter(EdgeSettings settings, MeterRegistry registry) {
        this.settings = settings;
        healthChecks =
                new Pace(
                        settings.healthChecksPerSecond(),
                        settings.healthCheckDelay(),
                        delayed(registry, "health"));
        delayedRefusals = delayed(registry, "refusal");
    }

    private static Counter delayed(MeterRegistry registry, String response) {
        return registry.counter("seedgate.responses.delayed", "response", response);
    }

    /** The sandbox is the vendor: the gateway itself calls it. */
    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return isSandbox(request);
    }

    @Override
    protected void doFilterInternal(
            HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (isHealthCheck(request)) {
            // Before its answer, which is sent off as it is written. None is refused: that would
            // make the platform kill the gateway.
            healthChecks.keep();
            chain.doFilter(request, response);
            return;
        }
        chain.doFilter(request, response);
        if (response.getStatus() >= 400) {
            pace(request.getAttribute(ConnectionShares.TEAM)).keep();
        }
    }

    static boolean isHealthCheck(HttpServletRequest request) {
        return RequestPath.of(request).startsWith("/actuator/health");
    }

    static boolean isSandbox(HttpServletRequest request) {
        return RequestPath.of(request).startsWith("/sandbox/api/");
    }

    private Pace pace(@Nullable Object team) {
        return refusals.computeIfAbsent(
                team == null ? UNKNOWN_CALLERS : team,
                _ ->
                        new Pace(
                                settings.refusalsPerSecond(),
                                settings.refusalDelay(),
                                delayedRefusals));
    }

    /** Responses that wait now. */
    int waiting() {
        return waiting.get();
    }

    /** Pace of the responses of one kind to one caller. */
    private final class Pace {

        private final RateLimiter rate;
        private final long maxDelayNanos;
        private final Counter delayed;

        Pace(double perSecond, Duration maxDelay, Counter delayed) {
            rate = AnonymousRequestLimit.rate("responses", perSecond, maxDelay);
            maxDelayNanos = maxDelay.toNanos();
            this.delayed = delayed;
        }

        /** Waits until the response may go. */
        void keep() {
            long pause = rate.reservePermission();
            if (pause == 0) {
                return;
            }
            try {
                if (waiting.incrementAndGet() <= settings.maxDelayedResponses()) {
                    delayed.increment();
                    TimeUnit.NANOSECONDS.sleep(pause > 0 ? pause : maxDelayNanos);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                waiting.decrementAndGet();
            }
        }
    }
}
