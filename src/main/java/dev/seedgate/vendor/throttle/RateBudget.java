package dev.seedgate.vendor.throttle;

import java.time.Duration;
import java.util.Optional;

/**
 * Budget of calls to the vendor for the whole cluster: a rate limit, pauses and probes. Kept in
 * PostgreSQL, so ten replicas never exceed the limit of one. A permit is taken last, when the call
 * is ready to be written: it lives for a moment only.
 */
public interface RateBudget {

    /**
     * Takes permits for at most so many calls. Submits may take up to half, polls the rest; what
     * one leaves the other takes. Nothing is given while a pause, an open breaker or a full
     * bulkhead says so. While an account is stopped at most one call is given, as the cluster's
     * probe. Throws Spring's {@code DataAccessException} when the database can't be asked.
     */
    PermitGrant take(int submits, int polls);

    /**
     * How many calls may be claimed now, whatever the rate. Permits are taken for each at the end.
     */
    CallCapacity capacity();

    /** How long a call that is ready waits for its permit at most: past it, it is not made. */
    Duration permitWait();

    /**
     * Number of permits for submits that the whole cluster was ever granted. Throws as {@link
     * #take} does.
     */
    long submitsGranted();

    /**
     * How long a new create should wait because the company's account is stopped, or empty when
     * creates are welcome. Answered from memory, but for the claim of a probing create. Throttling,
     * breakers and an operator's pause queue creates and do not show here.
     *
     * @param mayProbe whether no task waits that could be the probe; then one create every probe
     *     interval, of the whole cluster, is let in as it. It is claimed in the running
     *     transaction: a create that is refused in the end does not use it up
     */
    Optional<Duration> createRetryAfter(boolean mayProbe);

    /** Whether an operator has said that no create be taken. Answered from memory. */
    boolean createsAreStopped();

    /** Calls per second of the whole cluster, submits and polls together. */
    double requestsPerSecond();
}
