package dev.seedgate.platform.web.edge;

import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.web.api.ErrorResponseWriter;
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
 * Limit on requests without authentication: so many are begun a second and so many served at once;
 * a bounded number waits, the others are refused with {@code OVERLOADED}. So a flood at the paths
 * that are open to everybody costs teams little. A request holds its slot for a moment only: a slow
 * reader uses no processor, and must not keep the others out.
 */
@Component
public class AnonymousRequestLimit {

    private final RateLimiter rate;
    private final Semaphore freeSlots;
    private final int maxWaiting;
    private final long slotNanos;
    private final long maxWaitNanos;
    private final AtomicInteger waiting = new AtomicInteger();
    private final Set<Slot> slots = ConcurrentHashMap.newKeySet();
    private final ErrorResponseWriter errors;
    private final Counter refused;

    AnonymousRequestLimit(
            EdgeSettings settings, ErrorResponseWriter errors, MeterRegistry registry) {
        rate =
                rate(
                        "strangers",
                        settings.anonymousRequestsPerSecond(),
                        settings.anonymousMaxWait());
        freeSlots = new Semaphore(settings.anonymousMaxConcurrent(), true);
        maxWaiting = settings.anonymousMaxWaiting();
        slotNanos = settings.anonymousTimeSlice().toNanos();
        maxWaitNanos = settings.anonymousMaxWait().toNanos();
        this.errors = errors;
        refused = registry.counter("seedgate.strangers.refused");
    }

    /** A filter that stands in a security chain behind what loads a console session. */
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
                Slot slot = enter();
                if (slot == null) {
                    refuse(request, response);
                    return;
                }
                try {
                    chain.doFilter(request, response);
                } finally {
                    leave(slot);
                }
            }
        };
    }

    /** Who is signed in, health checks, and the sandbox: the gateway itself calls it. */
    private static boolean isExempt(HttpServletRequest request) {
        Authentication caller = SecurityContextHolder.getContext().getAuthentication();
        return caller != null
                || ResponseDelayFilter.isHealthCheck(request)
                || ResponseDelayFilter.isSandbox(request);
    }

    /**
     * A limiter that refills every tenth of a second, so that a page and its files come at once.
     */
    static RateLimiter rate(String name, double perSecond, Duration wait) {
        int atOnce = Math.max(1, (int) (perSecond / 10));
        return RateLimiter.of(
                name,
                RateLimiterConfig.custom()
                        .limitForPeriod(atOnce)
                        .limitRefreshPeriod(Duration.ofNanos((long) (atOnce / perSecond * 1e9)))
                        .timeoutDuration(wait)
                        .build());
    }

    private @Nullable Slot enter() {
        if (waiting.get() >= maxWaiting && rate.getMetrics().getAvailablePermissions() <= 0) {
            // Takes no permission whose time it could not wait for.
            return null;
        }
        long pause = rate.reservePermission();
        if (pause == 0 && freeSlots.tryAcquire()) {
            return begin();
        }
        if (waiting.incrementAndGet() > maxWaiting) {
            waiting.decrementAndGet();
            return null;
        }
        try {
            boolean inTime = pause >= 0;
            // Refused after the longest wait, not at once: that slows a flood down.
            TimeUnit.NANOSECONDS.sleep(inTime ? pause : maxWaitNanos);
            if (!inTime) {
                return null;
            }
            long deadline = System.nanoTime() + maxWaitNanos;
            for (long left = maxWaitNanos; left > 0; left = deadline - System.nanoTime()) {
                endOverdue();
                if (freeSlots.tryAcquire(Math.min(left, slotNanos), TimeUnit.NANOSECONDS)) {
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

    private Slot begin() {
        Slot slot = new Slot(System.nanoTime() + slotNanos);
        slots.add(slot);
        return slot;
    }

    private void leave(Slot slot) {
        // Otherwise the slot was given away already.
        if (slots.remove(slot)) {
            freeSlots.release();
        }
    }

    private void endOverdue() {
        long now = System.nanoTime();
        slots.stream().filter(slot -> slot.end - now < 0).forEach(this::leave);
    }

    private void refuse(HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        refused.increment();
        errors.write(
                request,
                response,
                ErrorCode.OVERLOADED,
                "Too many calls by nobody known are under way. Try again.",
                Duration.ofSeconds(1));
    }

    /** Compared by identity. */
    private static final class Slot {

        private final long end;

        Slot(long end) {
            this.end = end;
        }
    }
}
