package dev.seedgate.task.order;

import dev.seedgate.access.team.AuthenticatedTeam;
import dev.seedgate.credit.balance.VendorBalance;
import dev.seedgate.credit.balance.VendorBalanceSettings;
import dev.seedgate.credit.balance.VendorBalanceState;
import dev.seedgate.platform.telemetry.Loops;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.vendor.client.Vendor;
import dev.seedgate.vendor.throttle.RateBudget;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * The gate for all creates, whoever asks (load shedding): closed while the gateway stops, while the
 * company's account is stopped, its credits are down to the reserve or its cap is reached, and
 * while the queue is longer than can be submitted in time. Answers from memory; the queue's length
 * is a second old, that of a very long one some seconds, as is the balance.
 */
@Component
class AdmissionGate implements SmartLifecycle {

    private final RateBudget budget;
    private final QueueLimit queue;
    private final VendorBalance vendorBalance;
    private final Vendor vendor;
    private volatile @Nullable VendorBalanceState balanceState;
    private volatile boolean running;
    private volatile boolean draining;

    AdmissionGate(
            RateBudget budget,
            QueueLimit queue,
            VendorBalance vendorBalance,
            Vendor vendor,
            VendorBalanceSettings settings,
            MeterRegistry metrics,
            Loops loops) {
        this.budget = budget;
        this.queue = queue;
        this.vendorBalance = vendorBalance;
        this.vendor = vendor;
        Gauge.builder("seedgate.pool.balance", this, AdmissionGate::balance)
                .description("the company's credits at the vendor, estimated; NaN when not known")
                .register(metrics);
        Gauge.builder("seedgate.queue.limit", queue, QueueLimit::limit)
                .description(
                        "how many tasks may wait to be submitted, at the rate submits had lately")
                .register(metrics);
        loops.paced(QueueLimit.INTERVAL, "queue-limit", queue::measure);
        loops.every(settings.vendorBalanceInterval(), "company-balance", this::readVendorBalance);
    }

    /**
     * Throws {@code DRAINING}, {@code UPSTREAM_UNAVAILABLE} or {@code OVERLOADED}. While the
     * account is stopped and nothing is queued that could try it, one create a while is the probe.
     */
    void check(AuthenticatedTeam caller) {
        check(caller, queue.hasNoProbe());
    }

    /** Like {@link #check}, for what is never the probe. */
    void checkWithoutProbe(AuthenticatedTeam caller) {
        check(caller, false);
    }

    private void check(AuthenticatedTeam caller, boolean mayProbe) {
        if (draining) {
            throw new ApiException(
                    ErrorCode.DRAINING,
                    "This gateway is stopping; nothing was charged. Try again.",
                    Duration.ofSeconds(2));
        }
        if (budget.createsAreStopped()) {
            throw new ApiException(
                    ErrorCode.UPSTREAM_UNAVAILABLE,
                    "The operators take no orders at the moment; nothing was charged. Tasks that were taken go on. Try again later.",
                    // A person stopped it and a person starts it again: that takes minutes.
                    Duration.ofSeconds(30));
        }
        Optional<Duration> stopped = budget.createRetryAfter(mayProbe);
        if (stopped.isPresent()) {
            throw new ApiException(
                    ErrorCode.UPSTREAM_UNAVAILABLE,
                    "The video service takes no jobs at the moment; nothing was charged. The operators see it too; try again later.",
                    stopped.get());
        }
        VendorBalanceState state = balanceState;
        if (state != null && state.belowReserve()) {
            throw new ApiException(
                    ErrorCode.UPSTREAM_UNAVAILABLE,
                    "The company's credits at the video service are down to the reserve; nothing was charged. The operators see it too; try again later.",
                    // Somebody has to buy some first.
                    Duration.ofMinutes(1));
        }
        VendorBalanceState.Spending reached = state == null ? null : state.reachedCap();
        if (state != null && reached != null) {
            throw new ApiException(
                    ErrorCode.UPSTREAM_UNAVAILABLE,
                    "The company's cap of %d credits for %s is reached; nothing was charged. Creates are taken again from %s on, or when the operators raise the cap."
                            .formatted(
                                    reached.cap(),
                                    reached.equals(state.day()) ? "this day" : "this month",
                                    reached.until()),
                    // Somebody may raise it at any moment.
                    Duration.ofMinutes(1));
        }
        if (!queue.admits(caller.teamId())) {
            throw new ApiException(
                    ErrorCode.OVERLOADED,
                    "More clips wait than can be submitted in time; nothing was charged. Try again later.",
                    Duration.ofSeconds(10));
        }
    }

    /** Counts a task that was taken. */
    void countAdmitted(AuthenticatedTeam caller) {
        queue.countAdmitted(caller.teamId());
    }

    void readVendorBalance() {
        balanceState = vendorBalance.stateForLimits(vendor.name());
    }

    private double balance() {
        VendorBalanceState state = balanceState;
        Long balance = state == null ? null : state.balance();
        return balance == null ? Double.NaN : balance;
    }

    @Override
    public void start() {
        running = true;
        draining = false;
    }

    @Override
    public void stop() {
        draining = true;
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /**
     * Stops first, so that a create that still comes in is refused as {@code DRAINING} before the
     * web server closes.
     */
    @Override
    public int getPhase() {
        return Integer.MAX_VALUE;
    }
}
