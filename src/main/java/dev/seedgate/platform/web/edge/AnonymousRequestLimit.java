package dev.seedgate.platform.web.edge;

import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.web.api.ErrorResponseWriter;
import dev.seedgate.platform.web.api.RequestPath;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * The part of the machine for callers that nobody knows: so many of their requests are begun in a
 * second and served at once; some wait, the others are told to come again. So a flood at the doors
 * that are open to everybody costs teams little. A request keeps its place for a moment only: who
 * reads an answer slowly takes no part of the machine, and must not keep the others out.
 */
@Component
public class AnonymousRequestLimit {

    private final RateLimiter pace;
    private final RateLimiter healthPace;
    private final long healthDelayNanos;
    private final Semaphore free;
    private final int places;
    private final long turnNanos;
    private final long patienceNanos;
    private final AtomicInteger waiting = new AtomicInteger();
    private final Set<Turn> turns = ConcurrentHashMap.newKeySet();
    private final ErrorResponseWriter refusals;
    private final Counter refused;

    AnonymousRequestLimit(
            EdgeSettings settings, ErrorResponseWriter refusals, MeterRegistry registry) {
        pace =
                pace(
                        "strangers",
                        settings.anonymousRequestsPerSecond(),
                        settings.anonymousMaxWait());
        healthPace = pace("health", settings.healthChecksPerSecond(), Duration.ZERO);
        healthDelayNanos = settings.healthCheckDelay().toNanos();
        free = new Semaphore(settings.anonymousMaxConcurrent(), true);
        places = settings.anonymousMaxWaiting();
        turnNanos = settings.anonymousTimeSlice().toNanos();
        patienceNanos = settings.anonymousMaxWait().toNanos();
        this.refusals = refusals;
        refused = registry.counter("seedgate.strangers.refused");
    }

    /** For a chain, behind what knows who is signed in. */
    public OncePerRequestFilter filter() {
        return new OncePerRequestFilter() {
            @Override
            protected boolean shouldNotFilter(HttpServletRequest request) {
                return isExempt(request);
            }

            @Override
            protected void doFilterInternal(
                    HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                    throws ServletException, IOException {
                if (isHealthCheck(request)) {
                    delayBeyondPace();
                    chain.doFilter(request, response);
                    return;
                }
                Turn turn = enter();
                if (turn == null) {
                    refuse(request, response);
                    return;
                }
                try {
                    chain.doFilter(request, response);
                } finally {
                    leave(turn);
                }
            }
        };
    }

    /** The sandbox is the vendor, called by the gateway itself. */
    private static boolean isExempt(HttpServletRequest request) {
        Authentication caller = SecurityContextHolder.getContext().getAuthentication();
        return caller != null || RequestPath.of(request).startsWith("/sandbox/api/");
    }

    private static boolean isHealthCheck(HttpServletRequest request) {
        return RequestPath.of(request).startsWith("/actuator/health");
    }

    /** A platform that is not told a gateway's health kills it: a flood of such is slowed only. */
    private void delayBeyondPace() {
        if (healthPace.acquirePermission()) {
            return;
        }
        try {
            TimeUnit.NANOSECONDS.sleep(healthDelayNanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** In steps of a tenth of a second, so that a page and its files come at once. */
    private static RateLimiter pace(String name, double perSecond, Duration wait) {
        int atOnce = Math.max(1, (int) (perSecond / 10));
        return RateLimiter.of(
                name,
                RateLimiterConfig.custom()
                        .limitForPeriod(atOnce)
                        .limitRefreshPeriod(Duration.ofNanos((long) (atOnce / perSecond * 1e9)))
                        .timeoutDuration(wait)
                        .build());
    }

    private @Nullable Turn enter() {
        if (waiting.get() >= places && pace.getMetrics().getAvailablePermissions() <= 0) {
            // Before it takes a turn that it can't wait for.
            return null;
        }
        long pause = pace.reservePermission();
        if (pause == 0 && free.tryAcquire()) {
            return begin();
        }
        if (waiting.incrementAndGet() > places) {
            waiting.decrementAndGet();
            return null;
        }
        try {
            boolean inTime = pause >= 0;
            // Who gets no turn in time is told so after it, not at once: a flood slows down so.
            TimeUnit.NANOSECONDS.sleep(inTime ? pause : patienceNanos);
            if (!inTime) {
                return null;
            }
            long deadline = System.nanoTime() + patienceNanos;
            for (long left = patienceNanos; left > 0; left = deadline - System.nanoTime()) {
                endOverdue();
                if (free.tryAcquire(Math.min(left, turnNanos), TimeUnit.NANOSECONDS)) {
                    return begin();
                }
            }
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        } finally {
            waiting.decrementAndGet();
        }
    }

    /** Requests that wait now. */
    int waiting() {
        return waiting.get();
    }

    private Turn begin() {
        Turn turn = new Turn(System.nanoTime() + turnNanos);
        turns.add(turn);
        return turn;
    }

    private void leave(Turn turn) {
        // Otherwise its place was given away already.
        if (turns.remove(turn)) {
            free.release();
        }
    }

    private void endOverdue() {
        long now = System.nanoTime();
        turns.stream().filter(turn -> turn.end - now < 0).forEach(this::leave);
    }

    private void refuse(HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        refused.increment();
        refusals.write(
                request,
                response,
                ErrorCode.OVERLOADED,
                "Too many calls by nobody known are under way. Try again.",
                Duration.ofSeconds(1));
    }

    /** Compared by identity. */
    private static final class Turn {

        private final long end;

        Turn(long end) {
            this.end = end;
        }
    }
}
