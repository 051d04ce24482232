package dev.seedgate.vendor.throttle;

import dev.seedgate.vendor.contract.Envelope;
import dev.seedgate.vendor.contract.TransportResult;
import dev.seedgate.vendor.contract.UpstreamSettings;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Guards of one instance around every call, behind the cluster's rate limiter: bulkhead, rate
 * limiter, circuit breakers, one retry of what was not sent (Resilience4j).
 */
public final class InstanceGuards {

    /** A second try right away helps where one of several addresses or one packet was lost. */
    private static final Duration RETRY_DELAY = Duration.ofMillis(20);

    private final Bulkhead bulkhead;
    private final RateLimiter limiter;
    private final VendorCircuitBreaker submits;
    private final VendorCircuitBreaker polls;
    private final UnansweredSubmits unanswered;
    private final Predicate<TransportResult> ambiguousSubmit;
    private final int reservedForPolls;

    /**
     * @param failingSubmit which results of a submit count as failures of the vendor
     * @param ambiguousSubmit which of them leave open whether the job was taken
     */
    public InstanceGuards(
            UpstreamSettings settings,
            Predicate<TransportResult> failingSubmit,
            Predicate<TransportResult> ambiguousSubmit,
            Clock monotonic) {
        this.bulkhead =
                Bulkhead.of(
                        "vendor",
                        BulkheadConfig.custom()
                                .maxConcurrentCalls(settings.upstreamMaxConcurrent())
                                .maxWaitDuration(Duration.ZERO)
                                .build());
        this.limiter = RateLimiter.of("vendor", instanceRate(settings.upstreamRequestsPerSecond()));
        this.submits = new VendorCircuitBreaker("vendor-submits", failingSubmit, monotonic);
        this.polls =
                new VendorCircuitBreaker("vendor-polls", InstanceGuards::isFailingPoll, monotonic);
        // Submits that hang for their long timeout must not keep the polls out.
        this.reservedForPolls = settings.upstreamMaxConcurrent() / 4;
        this.unanswered =
                new UnansweredSubmits(
                        settings.upstreamUnansweredSubmits(),
                        Math.max(1, settings.upstreamMaxConcurrent() - reservedForPolls));
        this.ambiguousSubmit = ambiguousSubmit;
    }

    public void bindTo(MeterRegistry meters) {
        submits.bindTo(meters, "submit");
        polls.bindTo(meters, "poll");
        int limit = bulkhead.getBulkheadConfig().getMaxConcurrentCalls();
        Gauge.builder(
                        "seedgate.vendor.calls.active",
                        bulkhead,
                        it -> limit - it.getMetrics().getAvailableConcurrentCalls())
                .register(meters);
        Gauge.builder("seedgate.vendor.calls.limit", () -> limit).register(meters);
        Gauge.builder("seedgate.vendor.submits.limit", unanswered, UnansweredSubmits::limit)
                .description("submits that may wait for their answers at once; grows with answers")
                .register(meters);
    }

    public TransportResult submit(Permit permit, Supplier<TransportResult> call) {
        if (!unanswered.tryBegin()) {
            return TransportResult.NotSent.byOwnGuard("too many submits wait for their answers");
        }
        try {
            TransportResult result = guarded(submits, permit, call);
            if (ambiguousSubmit.test(result)) {
                unanswered.shrink();
            } else if (result instanceof TransportResult.Response) {
                unanswered.grow();
            }
            return result;
        } finally {
            unanswered.end();
        }
    }

    public TransportResult poll(Permit permit, Supplier<TransportResult> call) {
        return guarded(polls, permit, call);
    }

    /** How many submits may be under way at once. */
    int maxSubmits() {
        return Math.min(unanswered.limit(), submits.maxCalls());
    }

    /** How many polls may be under way at once. */
    int maxPolls() {
        return Math.min(bulkhead.getBulkheadConfig().getMaxConcurrentCalls(), polls.maxCalls());
    }

    /** How many submits more may begin now. */
    int availableSubmits() {
        int free = bulkhead.getMetrics().getAvailableConcurrentCalls() - reservedForPolls;
        return Math.min(Math.clamp(free, 0, submits.availableCalls()), unanswered.availableCalls());
    }

    int availablePolls() {
        return Math.min(
                bulkhead.getMetrics().getAvailableConcurrentCalls(), polls.availableCalls());
    }

    /** How long the submit breaker stays open. */
    Duration submitsWait() {
        return submits.waitFor();
    }

    Duration pollsWait() {
        return polls.waitFor();
    }

    private TransportResult guarded(
            VendorCircuitBreaker breaker, Permit permit, Supplier<TransportResult> call) {
        if (isExpired(permit)) {
            return TransportResult.NotSent.byOwnGuard("the permit was not used in time");
        }
        // An interrupted thread is told to end: it must not begin what it can't see through. (The
        // bulkhead would refuse it anyway, for a reason that is not true.)
        if (Thread.currentThread().isInterrupted()) {
            return TransportResult.NotSent.byOwnGuard("interrupted before the call began");
        }
        if (!bulkhead.tryAcquirePermission()) {
            return TransportResult.NotSent.byOwnGuard("too many calls in flight here");
        }
        try {
            if (!breaker.tryAcquire()) {
                return TransportResult.NotSent.byOwnGuard("the breaker is open");
            }
            if (!limiter.acquirePermission()) {
                breaker.release();
                return TransportResult.NotSent.byOwnGuard("the rate of this instance is used up");
            }
            TransportResult result = callWithRetry(permit, breaker, call);
            if (result instanceof TransportResult.NotSent it && it.ownGuard()) {
                breaker.release();
            } else {
                breaker.record(result);
            }
            return result;
        } finally {
            bulkhead.onComplete();
        }
    }

    private static TransportResult callWithRetry(
            Permit permit, VendorCircuitBreaker breaker, Supplier<TransportResult> call) {
        try {
            return retry(permit).executeSupplier(call);
        } catch (RuntimeException e) {
            // A breaker that waits for a trial's outcome for ever would never close.
            breaker.release();
            throw e;
        }
    }

    /** Twice, and only what was provably not begun: the second try is the first that is written. */
    private static Retry retry(Permit permit) {
        return Retry.of(
                "vendor",
                RetryConfig.<TransportResult>custom()
                        .maxAttempts(2)
                        .waitDuration(RETRY_DELAY)
                        .retryOnResult(result ->
                                result instanceof TransportResult.NotSent it
                                        && !it.ownGuard()
                                        && !isExpired(permit)
                                        && !Thread.currentThread().isInterrupted())
                        .build());
    }

    private static boolean isExpired(Permit permit) {
        return System.nanoTime() - permit.deadlineNanos() > 0;
    }

    /**
     * The cluster's rate for one instance: it only ever bites when the shared budget has a defect,
     * so it has the budget's burst and one call more for jitter.
     */
    private static RateLimiterConfig instanceRate(double requestsPerSecond) {
        double seconds = Math.max(1, 1 / requestsPerSecond);
        int burst = RateSpacing.burst(requestsPerSecond);
        return RateLimiterConfig.custom()
                .limitRefreshPeriod(Duration.ofMillis((long) (seconds * 1000)))
                .limitForPeriod((int) Math.ceil(requestsPerSecond * seconds) + burst)
                .timeoutDuration(Duration.ZERO)
                .build();
    }

    /**
     * A poll counts as a failure when no answer came, or a 5xx, or a 2xx that is not JSON; a 4xx is
     * an answer.
     */
    private static boolean isFailingPoll(TransportResult result) {
        if (!(result instanceof TransportResult.Response response)) {
            return true;
        }
        Envelope envelope = Envelope.of(response);
        return envelope.status() / 100 == 5 || (envelope.status() / 100 == 2 && !envelope.isJson());
    }
}
