package dev.seedgate.vendor.throttle;

import dev.seedgate.vendor.contract.TransportResult;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.github.resilience4j.core.IntervalFunction;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * Circuit breaker that opens after five failures in a row, for 5 s at first and twice as long each
 * time up to 60 s, then tries one call. Beyond the library's breaker it answers beforehand how many
 * calls it would let through, and when.
 */
final class VendorCircuitBreaker {

    /** So many in a row are no accident, and few enough to leave only a handful uncertain. */
    private static final int FAILURES_IN_A_ROW = 5;

    private static final Duration FIRST_WAIT = Duration.ofSeconds(5);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);

    private final Clock clock;
    private final CircuitBreaker breaker;
    private final AtomicInteger halfOpenCalls = new AtomicInteger();
    private volatile long openUntilMillis;

    /**
     * @param isFailure which results count as failures of the vendor
     * @param clock must be monotonic: a wall clock that is set back would keep it open
     */
    VendorCircuitBreaker(String name, Predicate<TransportResult> isFailure, Clock clock) {
        this.clock = clock;
        IntervalFunction waits = IntervalFunction.ofExponentialBackoff(FIRST_WAIT, 2, LONGEST_WAIT);
        this.breaker =
                CircuitBreaker.of(
                        name,
                        CircuitBreakerConfig.custom()
                                .slidingWindow(
                                        FAILURES_IN_A_ROW,
                                        FAILURES_IN_A_ROW,
                                        SlidingWindowType.COUNT_BASED)
                                .failureRateThreshold(100)
                                .permittedNumberOfCallsInHalfOpenState(1)
                                .waitIntervalFunctionInOpenState(waits)
                                .recordResult(it ->
                                        it instanceof TransportResult result
                                                && isFailure.test(result))
                                .clock(clock)
                                .build());
        AtomicInteger openings = new AtomicInteger();
        breaker.getEventPublisher()
                .onStateTransition(event -> {
                    switch (event.getStateTransition().getToState()) {
                        case OPEN ->
                                // The library lets a call through only after the wait.
                                openUntilMillis =
                                        clock.millis()
                                                + waits.apply(openings.incrementAndGet())
                                                + 1;
                        case CLOSED -> openings.set(0);
                        default -> halfOpenCalls.set(0);
                    }
                });
    }

    void bindTo(MeterRegistry meters, String operation) {
        for (State state : List.of(State.CLOSED, State.HALF_OPEN, State.OPEN)) {
            Gauge.builder("seedgate.vendor.breaker", breaker, it -> it.getState() == state ? 1 : 0)
                    .description("1 for the state the breaker is in")
                    .tag("operation", operation)
                    .tag("state", state.name().toLowerCase(Locale.ROOT))
                    .register(meters);
        }
    }

    /** Whether the call may go; if so, it must be followed by one of the two below. */
    boolean tryAcquire() {
        if (!breaker.tryAcquirePermission()) {
            return false;
        }
        if (breaker.getState() == CircuitBreaker.State.HALF_OPEN) {
            halfOpenCalls.incrementAndGet();
        }
        return true;
    }

    void record(TransportResult result) {
        breaker.onResult(0, TimeUnit.NANOSECONDS, result);
    }

    void release() {
        breaker.releasePermission();
        halfOpenCalls.set(0);
    }

    /**
     * How many calls it lets be under way at once: one while it tries whether all is well again.
     */
    int maxCalls() {
        return switch (breaker.getState()) {
            case OPEN -> waitFor().isZero() ? 1 : 0;
            case HALF_OPEN -> 1;
            default -> Integer.MAX_VALUE;
        };
    }

    /** How many calls more it would let through now. */
    int availableCalls() {
        return switch (breaker.getState()) {
            case OPEN -> waitFor().isZero() ? 1 : 0;
            case HALF_OPEN -> halfOpenCalls.get() == 0 ? 1 : 0;
            default -> Integer.MAX_VALUE;
        };
    }

    /** How long it stays open; zero when a call may be tried. */
    Duration waitFor() {
        if (breaker.getState() != CircuitBreaker.State.OPEN) {
            return Duration.ZERO;
        }
        return Duration.ofMillis(Math.max(0, openUntilMillis - clock.millis()));
    }
}
