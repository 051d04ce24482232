package dev.seedgate.operations.console;

import dev.seedgate.credit.balance.VendorBalanceState.Spending;
import dev.seedgate.vendor.contract.PauseReason;
import dev.seedgate.vendor.throttle.UpstreamState;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The one sentence on top of the first page: what keeps creates or calls back, the worst first, or
 * that nothing does.
 *
 * @param level {@code good}, {@code warn} or {@code bad}
 * @param before the sentence up to its moment, or all of it
 * @param at the moment in it, null for none
 * @param after the rest of it
 */
record StatusHeadline(String level, String before, @Nullable Instant at, String after) {

    private static final DisplayFormat SHOW = new DisplayFormat();

    static StatusHeadline of(Overview.Now now, Duration probeInterval) {
        UpstreamState vendor = now.vendor();
        Optional<StatusHeadline> refusing =
                pause(vendor, PauseReason.CREATES)
                        .map(it ->
                                bad(
                                        "An operator stopped all creates at",
                                        it.since(),
                                        ": they get 503."))
                        .or(() ->
                                pause(vendor, PauseReason.ACCOUNT_KEY)
                                        .map(it ->
                                                bad(
                                                        "The vendor refuses our key since",
                                                        it.since(),
                                                        ": creates get 503; tried every "
                                                                + SHOW.duration(probeInterval)
                                                                + ".")))
                        .or(() ->
                                pause(vendor, PauseReason.ACCOUNT_CREDIT)
                                        .map(it ->
                                                bad(
                                                        "The vendor’s account is stopped for lack of credit since",
                                                        it.since(),
                                                        ": creates get 503; tried every "
                                                                + SHOW.duration(probeInterval)
                                                                + ".")))
                        .or(() -> ofBalance(now));
        return refusing.or(() -> slowing(vendor)).orElseGet(() -> open(now));
    }

    private static Optional<StatusHeadline> ofBalance(Overview.Now now) {
        if (now.credits().belowReserve()) {
            return Optional.of(
                    bad(
                            "The company’s credits are down to the reserve: creates get 503 until some are bought.",
                            null,
                            ""));
        }
        Spending reached = now.credits().reachedCap();
        return reached == null
                ? Optional.empty()
                : Optional.of(
                        bad(
                                "The company’s cap of "
                                        + SHOW.number(reached.cap())
                                        + " credits is reached: creates get 503 until",
                                reached.until(),
                                "."));
    }

    /** What only delays: creates are taken and wait. */
    private static Optional<StatusHeadline> slowing(UpstreamState vendor) {
        return pause(vendor, PauseReason.OPERATOR)
                .map(it ->
                        warn(
                                "An operator paused the vendor at",
                                it.since(),
                                ": what is created waits; what renders goes on."))
                .or(() ->
                        pause(vendor, PauseReason.THROTTLED)
                                .map(it ->
                                        warn(
                                                "The vendor asked for fewer calls at",
                                                it.since(),
                                                ": tasks wait, none is lost.")))
                .or(() ->
                        vendor.submitsOpenFor().isPositive() || vendor.pollsOpenFor().isPositive()
                                ? Optional.of(
                                        warn(
                                                "The vendor does not answer this replica: its calls wait, and are tried again in "
                                                        + SHOW.duration(
                                                                longer(
                                                                        vendor.submitsOpenFor(),
                                                                        vendor.pollsOpenFor()))
                                                        + ".",
                                                null,
                                                ""))
                                : Optional.empty());
    }

    private static StatusHeadline open(Overview.Now now) {
        if (now.findings() > 0) {
            return bad("The books do not add up: look at what the ledger check found.", null, "");
        }
        long tasks = now.uncertain() + now.expired();
        if (tasks > 0) {
            return warn(
                    tasks == 1
                            ? "All runs; one task waits for somebody to say what became of it."
                            : "All runs; %s tasks wait for somebody to say what became of them."
                                    .formatted(SHOW.number(tasks)),
                    null,
                    "");
        }
        if (now.alerts() > 0) {
            return warn(
                    now.alerts() == 1
                            ? "All runs; one alert is not acknowledged."
                            : "All runs; %s alerts are not acknowledged."
                                    .formatted(SHOW.number(now.alerts())),
                    null,
                    "");
        }
        return new StatusHeadline("good", "All is well.", null, "");
    }

    private static Optional<UpstreamState.Pause> pause(UpstreamState vendor, PauseReason reason) {
        return vendor.pauses().stream().filter(it -> it.reason().equals(reason.name())).findFirst();
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    private static StatusHeadline bad(String before, @Nullable Instant at, String after) {
        return new StatusHeadline("bad", before, at, after);
    }

    private static StatusHeadline warn(String before, @Nullable Instant at, String after) {
        return new StatusHeadline("warn", before, at, after);
    }
}
