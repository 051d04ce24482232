package dev.seedgate.upstream;

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

/** The walls of one instance around every call, behind the cluster's budget. */
final class Guards {

    /** A second try right away helps where one of several addresses or one packet was lost. */
    private static final Duration SECOND_TRY_AFTER = Duration.ofMillis(20);

    private final Bulkhead bulkhead;
    private final RateLimiter limiter;
    private final Breaker submits;
    private final Breaker polls;
    private final int keptForPolls;

    Guards(UpstreamSettings settings, Predicate<Reply> failingSubmit, Clock monotonic) {
        this.bulkhead =
                Bulkhead.of(
                        "vendor",
                        BulkheadConfig.custom()
                                .maxConcurrentCalls(settings.upstreamMaxConcurrent())
                                .maxWaitDuration(Duration.ZERO)
                                .build());
        this.limiter = RateLimiter.of("vendor", wall(settings.upstreamRequestsPerSecond()));
        this.submits = new Breaker("vendor-submits", failingSubmit, monotonic);
        this.polls = new Breaker("vendor-polls", Guards::isFailingPoll, monotonic);
        // Submits that hang for their long timeout must not keep the polls out.
        this.keptForPolls = settings.upstreamMaxConcurrent() / 4;
    }

    void bindTo(MeterRegistry meters) {
        submits.bindTo(meters, "submit");
        polls.bindTo(meters, "poll");
        int limit = bulkhead.getBulkheadConfig().getMaxConcurrentCalls();
        Gauge.builder(
                        "seedgate.vendor.calls.active",
                        bulkhead,
                        it -> limit - it.getMetrics().getAvailableConcurrentCalls())
                .register(meters);
        Gauge.builder("seedgate.vendor.calls.limit", () -> limit).register(meters);
    }

    Reply submit(Permit permit, Supplier<Reply> call) {
        return guarded(submits, permit, call);
    }

    Reply poll(Permit permit, Supplier<Reply> call) {
        return guarded(polls, permit, call);
    }

    int roomForSubmits() {
        int free = bulkhead.getMetrics().getAvailableConcurrentCalls() - keptForPolls;
        return Math.clamp(free, 0, submits.room());
    }

    int roomForPolls() {
        return Math.min(bulkhead.getMetrics().getAvailableConcurrentCalls(), polls.room());
    }

    /** How long the submit breaker stays open. */
    Duration submitsWait() {
        return submits.waitFor();
    }

    Duration pollsWait() {
        return polls.waitFor();
    }

    private Reply guarded(Breaker breaker, Permit permit, Supplier<Reply> call) {
        if (isOver(permit)) {
            return Reply.NotBegun.guarded("the permit was not used in time");
        }
        // An interrupted thread is told to end: it must not begin what it can't see through. (The
        // bulkhead would refuse it anyway, for a reason that is not true.)
        if (Thread.currentThread().isInterrupted()) {
            return Reply.NotBegun.guarded("interrupted before the call began");
        }
        if (!bulkhead.tryAcquirePermission()) {
            return Reply.NotBegun.guarded("too many calls in flight here");
        }
        try {
            if (!breaker.enter()) {
                return Reply.NotBegun.guarded("the breaker is open");
            }
            if (!limiter.acquirePermission()) {
                breaker.leaveUnused();
                return Reply.NotBegun.guarded("the rate of this instance is used up");
            }
            Reply reply = tried(permit, breaker, call);
            if (reply instanceof Reply.NotBegun it && it.local()) {
                breaker.leaveUnused();
            } else {
                breaker.record(reply);
            }
            return reply;
        } finally {
            bulkhead.onComplete();
        }
    }

    private static Reply tried(Permit permit, Breaker breaker, Supplier<Reply> call) {
        try {
            return retry(permit).executeSupplier(call);
        } catch (RuntimeException e) {
            // A breaker that waits for a trial's outcome for ever would never close.
            breaker.leaveUnused();
            throw e;
        }
    }

    /** Twice, and only what was provably not begun: the second try is the first that is written. */
    private static Retry retry(Permit permit) {
        return Retry.of(
                "vendor",
                RetryConfig.<Reply>custom()
                        .maxAttempts(2)
                        .waitDuration(SECOND_TRY_AFTER)
                        .retryOnResult(reply ->
                                reply instanceof Reply.NotBegun it
                                        && !it.local()
                                        && !isOver(permit)
                                        && !Thread.currentThread().isInterrupted())
                        .build());
    }

    private static boolean isOver(Permit permit) {
        return System.nanoTime() - permit.deadlineNanos() > 0;
    }

    /**
     * The cluster's rate for one instance: it only ever bites when the shared budget has a defect,
     * so it has the budget's burst and one call more for jitter.
     */
    private static RateLimiterConfig wall(double requestsPerSecond) {
        double seconds = Math.max(1, 1 / requestsPerSecond);
        int burst = Pace.burst(requestsPerSecond);
        return RateLimiterConfig.custom()
                .limitRefreshPeriod(Duration.ofMillis((long) (seconds * 1000)))
                .limitForPeriod((int) Math.ceil(requestsPerSecond * seconds) + burst)
                .timeoutDuration(Duration.ZERO)
                .build();
    }

    /** A poll speaks against the vendor when it fails to answer like itself; 4xx is an answer. */
    private static boolean isFailingPoll(Reply reply) {
        if (!(reply instanceof Reply.Answered answer)) {
            return true;
        }
        Envelope envelope = Envelope.of(answer);
        return envelope.status() / 100 == 5 || (envelope.status() / 100 == 2 && !envelope.isJson());
    }
}
