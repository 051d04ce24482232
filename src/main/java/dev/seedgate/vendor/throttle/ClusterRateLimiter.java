package dev.seedgate.vendor.throttle;

import dev.seedgate.vendor.contract.Endpoint;
import dev.seedgate.vendor.contract.PauseReason;
import dev.seedgate.vendor.contract.UpstreamSettings;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Rate limiter of the whole cluster, one row in PostgreSQL. The row holds the theoretical arrival
 * time of the next call (generic cell rate algorithm, GCRA), tested and moved by one guarded
 * UPDATE, so it is exact over any number of instances.
 */
public final class ClusterRateLimiter implements RateBudget {

    /** Wait before asking again when calls are held back for a reason that has no known end. */
    private static final Duration MIN_WAIT = Duration.ofMillis(100);

    // What lies before the next call, in microseconds. An arrival time further ahead than the
    // budget ever puts it comes from a clock that was set back, and is forgotten.
    private static final String BACKLOG =
            """
            (extract(epoch from case
                when b.tat > gateway_now() + (:tolerance + 60000000) * interval '1 microsecond'
                then interval '0'
                else greatest(b.tat, gateway_now()) - gateway_now() end) * 1000000)\
            """;

    private static final String AVAILABLE = "floor((:tolerance - " + BACKLOG + ") / :spacing)";

    private static final String TAKE =
            """
            update upstream_budget b
            set granted = least(:wanted, %2$s), submits = b.submits + :submits,
                tat = gateway_now() + interval '1 microsecond'
                    * (%1$s + :spacing * least(:wanted, %2$s))
            where b.upstream = :upstream and %2$s >= 1
            returning b.granted\
            """
                    .formatted(BACKLOG, AVAILABLE);

    private static final String WAIT =
            "select ceil(%s - :tolerance + :spacing) from upstream_budget b where b.upstream = :upstream"
                    .formatted(BACKLOG);

    private final JdbcClient jdbc;
    private final Endpoint endpoint;
    private final UpstreamSettings settings;
    private final InstanceGuards guards;
    private final VendorPauses pauses;
    private final RateSpacing spacing;
    private final Counter submitPermits;
    private final Counter pollPermits;
    private final Timer waits;
    private final AtomicBoolean oddOneIsASubmit = new AtomicBoolean();
    private final AtomicBoolean probeIsASubmit = new AtomicBoolean();
    // Given since they were last counted in the row.
    private final AtomicInteger uncountedSubmits = new AtomicInteger();
    private volatile boolean rowExists;

    public ClusterRateLimiter(
            JdbcClient jdbc,
            Endpoint endpoint,
            UpstreamSettings settings,
            InstanceGuards guards,
            VendorPauses pauses,
            MeterRegistry meters) {
        this.jdbc = jdbc;
        this.endpoint = endpoint;
        this.settings = settings;
        this.guards = guards;
        this.pauses = pauses;
        submitPermits = meters.counter("seedgate.permits.taken", "operation", "submit");
        pollPermits = meters.counter("seedgate.permits.taken", "operation", "poll");
        waits = meters.timer("seedgate.permits.wait");
        this.spacing = RateSpacing.of(settings.upstreamRequestsPerSecond());
    }

    @Override
    public PermitGrant take(int submits, int polls) {
        @Nullable PauseReason accountStop = pauses.accountStop();
        CallCounts allowed = limitByAccountStop(accountStop, limitByGuards(submits, polls));
        if (allowed.total() == 0) {
            return new PermitGrant(
                    List.of(), List.of(), waitFor(submits > 0, polls > 0, accountStop));
        }
        int taken = takeFromRow(allowed.total());
        if (taken == 0) {
            Duration wait = waitForRow();
            waits.record(wait);
            return new PermitGrant(List.of(), List.of(), wait);
        }
        CallCounts granted = split(allowed, taken);
        if (accountStop == PauseReason.ACCOUNT_KEY && !pauses.claimProbe(accountStop)) {
            granted = new CallCounts(0, 0);
        }
        if (accountStop == PauseReason.ACCOUNT_CREDIT
                && granted.submits() > 0
                && !pauses.claimProbe(accountStop)) {
            granted = new CallCounts(0, granted.polls());
        }
        submitPermits.increment(granted.submits());
        pollPermits.increment(granted.polls());
        uncountedSubmits.addAndGet(granted.submits());
        return new PermitGrant(
                Collections.nCopies(granted.submits(), permit(accountStop != null)),
                Collections.nCopies(
                        granted.polls(), permit(accountStop == PauseReason.ACCOUNT_KEY)),
                spacing.spacing());
    }

    private Permit permit(boolean probe) {
        // A probe's permit is taken before its task is claimed, and is alone in its interval.
        Duration life = probe ? permitWait() : settings.upstreamPermitLifetime();
        return new Permit(System.nanoTime() + life.toNanos(), probe);
    }

    @Override
    public CallCapacity capacity() {
        @Nullable PauseReason accountStop = pauses.accountStop();
        // All that may be under way, with what is: a full window is no way that is shut.
        CallCounts open = limitByPauses(guards.maxSubmits(), guards.maxPolls());
        boolean probe =
                accountStop != null
                        && open.total() > 0
                        && pauses.untilNextProbe(accountStop).isZero();
        return new CallCapacity(
                accountStop == null ? open.submits() : 0,
                accountStop == PauseReason.ACCOUNT_KEY ? 0 : open.polls(),
                probe,
                waitFor(true, true, accountStop));
    }

    @Override
    public Duration permitWait() {
        Duration twice = spacing.spacing().multipliedBy(2);
        return longer(settings.upstreamPermitWait(), twice);
    }

    @Override
    public long submitsGranted() {
        return jdbc.sql("select submits from upstream_budget where upstream = :upstream")
                .param("upstream", endpoint.name())
                .query(Long.class)
                .optional()
                .orElse(0L);
    }

    @Override
    public boolean createsAreStopped() {
        return pauses.isActive(PauseReason.CREATES);
    }

    @Override
    public Optional<Duration> createRetryAfter(boolean mayProbe) {
        @Nullable PauseReason accountStop = pauses.accountStop();
        if (accountStop == null) {
            return Optional.empty();
        }
        if (mayProbe && pauses.claimProbeCreate(accountStop)) {
            return Optional.empty();
        }
        // When the probe is on its way its outcome is worth a second's wait, not a retry at once.
        return Optional.of(longer(pauses.untilNextProbe(accountStop), Duration.ofSeconds(1)));
    }

    @Override
    public double requestsPerSecond() {
        return settings.upstreamRequestsPerSecond();
    }

    /** What pauses that end by themselves, breakers and the bulkhead leave of what is wanted. */
    private CallCounts limitByGuards(int submits, int polls) {
        return limitByPauses(
                Math.min(submits, guards.availableSubmits()),
                Math.min(polls, guards.availablePolls()));
    }

    private CallCounts limitByPauses(int submits, int polls) {
        return endpoint.baseUrl() == null
                ? new CallCounts(0, 0)
                : new CallCounts(
                        pauses.submitsWait().isZero() ? submits : 0,
                        pauses.pollsWait().isZero() ? polls : 0);
    }

    /** What a stopped account leaves of it: one call, when a probe is due. */
    private CallCounts limitByAccountStop(@Nullable PauseReason accountStop, CallCounts open) {
        if (accountStop == null) {
            return open;
        }
        boolean due = pauses.untilNextProbe(accountStop).isZero();
        if (accountStop == PauseReason.ACCOUNT_CREDIT) {
            return new CallCounts(due ? Math.min(1, open.submits()) : 0, open.polls());
        }
        if (!due || open.total() == 0) {
            return new CallCounts(0, 0);
        }
        // In turns, because one poll that always fails in its own way proves nothing, and the same
        // goes for a submit.
        boolean submit =
                open.polls() == 0 || (open.submits() > 0 && probeIsASubmit.getAndSet(false));
        if (!submit) {
            probeIsASubmit.set(true);
        }
        return submit ? new CallCounts(1, 0) : new CallCounts(0, 1);
    }

    /** Half to each; what one leaves the other takes; an odd one goes to each in turn. */
    private CallCounts split(CallCounts wanted, int granted) {
        int half = granted / 2;
        if (granted % 2 == 1 && wanted.submits() > 0 && wanted.polls() > 0) {
            half += oddOneIsASubmit.getAndSet(!oddOneIsASubmit.get()) ? 1 : 0;
        }
        int polls = Math.min(wanted.polls(), granted - Math.min(wanted.submits(), half));
        return new CallCounts(Math.min(wanted.submits(), granted - polls), polls);
    }

    private int takeFromRow(int wanted) {
        Optional<Integer> granted = takeOnce(wanted);
        if (granted.isEmpty() && insertRow()) {
            granted = takeOnce(wanted);
        }
        return granted.orElse(0);
    }

    private Optional<Integer> takeOnce(int wanted) {
        int submits = uncountedSubmits.get();
        Optional<Integer> granted =
                onRow(TAKE)
                        .param("wanted", wanted)
                        .param("submits", submits)
                        .query(Integer.class)
                        .optional();
        if (granted.isPresent()) {
            uncountedSubmits.addAndGet(-submits);
        }
        return granted;
    }

    private boolean insertRow() {
        if (rowExists) {
            return false;
        }
        int inserted =
                jdbc.sql("insert into upstream_budget (upstream) values (?) on conflict do nothing")
                        .param(endpoint.name())
                        .update();
        rowExists = true;
        return inserted == 1;
    }

    private Duration waitForRow() {
        long micros = onRow(WAIT).query(Long.class).optional().orElse(0L);
        return longer(Duration.ofNanos(micros * 1000), Duration.ofMillis(1));
    }

    private JdbcClient.StatementSpec onRow(String sql) {
        return jdbc.sql(sql)
                .param("upstream", endpoint.name())
                .param("spacing", spacing.spacingMicros())
                .param("tolerance", spacing.spacingMicros() * spacing.burst());
    }

    private Duration waitFor(boolean submits, boolean polls, @Nullable PauseReason accountStop) {
        Duration probe = accountStop == null ? Duration.ZERO : pauses.untilNextProbe(accountStop);
        Duration submit = longer(longer(pauses.submitsWait(), guards.submitsWait()), probe);
        Duration poll =
                longer(
                        longer(pauses.pollsWait(), guards.pollsWait()),
                        accountStop == PauseReason.ACCOUNT_KEY ? probe : Duration.ZERO);
        Duration wait = !polls ? submit : !submits ? poll : shorter(submit, poll);
        return longer(wait, MIN_WAIT);
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private record CallCounts(int submits, int polls) {

        int total() {
            return submits + polls;
        }
    }
}
