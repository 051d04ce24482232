package dev.seedgate.vendor.throttle;

import dev.seedgate.vendor.contract.PauseReason;
import dev.seedgate.vendor.contract.RetryAfter;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Pauses of the whole cluster, each with its reason and its end: a row per reason in PostgreSQL,
 * and a copy in memory that is read on every call and renewed once a second and after every own
 * change.
 */
public final class VendorPauses {

    private static final Logger log = LoggerFactory.getLogger(VendorPauses.class);

    private final JdbcClient jdbc;
    private final String upstream;
    private final Duration probeInterval;

    // One reader at a time: an older copy must never replace a newer one.
    private final ReentrantLock refreshing = new ReentrantLock();
    // Bounded by the calls in flight: without a database there are no permits for more.
    private final Queue<Runnable> pendingWrites = new ConcurrentLinkedQueue<>();
    private volatile Map<PauseReason, Pause> active = Map.of();

    public VendorPauses(JdbcClient jdbc, String upstream, Duration probeInterval) {
        this.jdbc = jdbc;
        this.upstream = upstream;
        this.probeInterval = probeInterval;
    }

    /** Stops the vendor's account until a probe, or a person, finds it working. */
    public void stopAccount(PauseReason reason, String detail) {
        log.error("The vendor's account is stopped ({}): {}", reason, detail);
        Pause pause = new Pause(Long.MAX_VALUE, nanoTimeIn(probeInterval), System.nanoTime());
        record(reason, pause, () -> writeAccountStop(reason, detail));
    }

    /**
     * Pauses for a time; without one, longer each time in a row.
     *
     * @param wait what the vendor asked for, or null
     */
    public void throttle(@Nullable Duration wait, String detail) {
        log.warn("The vendor throttles: {}", detail);
        Duration least = wait == null ? RetryAfter.MIN : wait;
        Pause pause = new Pause(nanoTimeIn(least), System.nanoTime(), System.nanoTime());
        record(PauseReason.THROTTLED, pause, () -> writeThrottle(wait, detail));
    }

    /** Ends one pause; the others stay. */
    public void lift(PauseReason reason) {
        if (active.containsKey(reason)) {
            log.info("The vendor is called again; lifted: {}", reason);
            record(reason, null, () -> delete(reason));
        }
    }

    /**
     * Ends the series of throttlings, whose waits double, once the last one is over: for an answer
     * that is no 429.
     */
    public void endThrottling() {
        @Nullable Pause throttled = active.get(PauseReason.THROTTLED);
        if (throttled != null && throttled.remaining().isZero()) {
            record(PauseReason.THROTTLED, null, this::deleteOldThrottle);
        }
    }

    /** The account stop that allows probes only: a wrong key before a lack of credit. */
    public @Nullable PauseReason accountStop() {
        if (active.containsKey(PauseReason.ACCOUNT_KEY)) {
            return PauseReason.ACCOUNT_KEY;
        }
        return active.containsKey(PauseReason.ACCOUNT_CREDIT) ? PauseReason.ACCOUNT_CREDIT : null;
    }

    public boolean isActive(PauseReason reason) {
        @Nullable Pause pause = active.get(reason);
        return pause != null && !pause.remaining().isZero();
    }

    /** How long until the next probe may be tried; zero when it is due. */
    Duration untilNextProbe(PauseReason accountStop) {
        @Nullable Pause pause = active.get(accountStop);
        return pause == null ? Duration.ZERO : untilNanoTime(pause.nextProbeNanos());
    }

    /** How long no submit may go, not even a probe; account stops are not counted. */
    public Duration submitsWait() {
        // An operator's pause has no end to wait for: look again at the pace of the news.
        Duration operator =
                active.containsKey(PauseReason.OPERATOR) ? Duration.ofSeconds(1) : Duration.ZERO;
        Duration throttled = pollsWait();
        return operator.compareTo(throttled) > 0 ? operator : throttled;
    }

    /** The same for polls. */
    public Duration pollsWait() {
        @Nullable Pause throttled = active.get(PauseReason.THROTTLED);
        return throttled == null ? Duration.ZERO : throttled.remaining();
    }

    public boolean blocksSubmit(boolean probe) {
        return !submitsWait().isZero() || (!probe && accountStop() != null);
    }

    public boolean blocksPoll(boolean probe) {
        return !pollsWait().isZero() || (!probe && accountStop() == PauseReason.ACCOUNT_KEY);
    }

    /** Takes the one probe of this interval, if no other instance has. */
    boolean claimProbe(PauseReason accountStop) {
        int claimed =
                jdbc.sql(
                                """
                                update upstream_pause
                                set next_probe = gateway_now() + :micros * interval '1 microsecond'
                                where upstream = :upstream and reason = :reason
                                  and next_probe <= gateway_now()\
                                """)
                        .param("micros", micros(probeInterval))
                        .param("upstream", upstream)
                        .param("reason", accountStop.name())
                        .update();
        refresh();
        return claimed == 1;
    }

    /**
     * Takes, in the running transaction, the one create of this interval that is let in although
     * the account is stopped.
     */
    boolean claimProbeCreate(PauseReason accountStop) {
        @Nullable Pause pause = active.get(accountStop);
        if (pause == null || !untilNanoTime(pause.nextCreateNanos()).isZero()) {
            return false;
        }
        // Who holds the row takes it or is refused; nobody waits to learn which.
        return jdbc.sql(
                                """
                                update upstream_pause p
                                set next_create = gateway_now() + :micros * interval '1 microsecond'
                                where (p.upstream, p.reason) in (
                                    select n.upstream, n.reason from upstream_pause n
                                    where n.upstream = :upstream and n.reason = :reason
                                      and n.next_create <= gateway_now()
                                    for update skip locked)\
                                """)
                        .param("micros", micros(probeInterval))
                        .param("upstream", upstream)
                        .param("reason", accountStop.name())
                        .update()
                == 1;
    }

    /** Writes what could not be written before, then reads what stands. Throws without database. */
    public void refresh() {
        refreshing.lock();
        try {
            for (@Nullable Runnable write = pendingWrites.peek();
                    write != null;
                    write = pendingWrites.peek()) {
                write.run();
                pendingWrites.remove();
            }
            active = read();
        } finally {
            refreshing.unlock();
        }
    }

    /** Without a database the change counts here at once, and everywhere as soon as it is back. */
    private void record(PauseReason reason, @Nullable Pause pause, Runnable write) {
        pendingWrites.add(write);
        try {
            refresh();
        } catch (RuntimeException e) {
            // Whatever it is: an answer that may have cost money must not be lost over it.
            log.warn("A change of {} could not be recorded yet: {}", reason, e.getMessage());
            applyLocally(reason, pause);
        }
    }

    private void applyLocally(PauseReason reason, @Nullable Pause pause) {
        refreshing.lock();
        try {
            Map<PauseReason, Pause> changed = new EnumMap<>(PauseReason.class);
            changed.putAll(active);
            if (pause == null) {
                changed.remove(reason);
            } else {
                changed.put(reason, pause);
            }
            active = changed;
        } finally {
            refreshing.unlock();
        }
    }

    private void writeAccountStop(PauseReason reason, String detail) {
        jdbc.sql(
                        """
                        insert into upstream_pause as p (upstream, reason, next_probe, detail)
                        values (:upstream, :reason,
                                gateway_now() + :micros * interval '1 microsecond', :detail)
                        on conflict (upstream, reason) do update set detail = excluded.detail\
                        """)
                .param("upstream", upstream)
                .param("reason", reason.name())
                .param("micros", micros(probeInterval))
                .param("detail", detail)
                .update();
    }

    private void writeThrottle(@Nullable Duration wait, String detail) {
        // Calls in flight are throttled together: only one that comes after the pause counts on.
        jdbc.sql(
                        """
                        insert into upstream_pause as p (upstream, reason, until, failures, detail)
                        values (:upstream, 'THROTTLED',
                                gateway_now() + :first * interval '1 microsecond', 1, :detail)
                        on conflict (upstream, reason) do update set
                            detail = excluded.detail,
                            since = case when p.until > gateway_now() then p.since
                                         else gateway_now() end,
                            failures = case when p.until > gateway_now() then p.failures
                                            else least(p.failures + 1, 30) end,
                            until = case
                                when :named then greatest(p.until, excluded.until)
                                when p.until > gateway_now() then p.until
                                else gateway_now() + interval '1 microsecond'
                                        * least(:first * 2 ^ least(p.failures, 30), :most)
                                end\
                        """)
                .param("upstream", upstream)
                .param("first", micros(wait == null ? RetryAfter.MIN : wait))
                .param("named", wait != null)
                .param("most", micros(RetryAfter.MAX))
                .param("detail", detail)
                .update();
    }

    private void delete(PauseReason reason) {
        jdbc.sql("delete from upstream_pause where upstream = :upstream and reason = :reason")
                .param("upstream", upstream)
                .param("reason", reason.name())
                .update();
    }

    private void deleteOldThrottle() {
        jdbc.sql(
                        """
                        delete from upstream_pause
                        where upstream = :upstream and reason = 'THROTTLED'
                          and until <= gateway_now()\
                        """)
                .param("upstream", upstream)
                .update();
    }

    private Map<PauseReason, Pause> read() {
        Map<PauseReason, Pause> read = new EnumMap<>(PauseReason.class);
        jdbc.sql(
                        """
                        select reason,
                               extract(epoch from until - gateway_now()) as ends_in,
                               extract(epoch from next_probe - gateway_now()) as probe_in,
                               extract(epoch from greatest(next_create, gateway_now())
                                   - gateway_now()) as create_in
                        from upstream_pause where upstream = :upstream\
                        """)
                .param("upstream", upstream)
                .query(row -> {
                    double endsIn = row.getDouble("ends_in");
                    long until = row.wasNull() ? Long.MAX_VALUE : nanoTimeIn(endsIn);
                    long probe = nanoTimeIn(row.getDouble("probe_in"));
                    read.put(
                            PauseReason.valueOf(row.getString("reason")),
                            new Pause(until, probe, nanoTimeIn(row.getDouble("create_in"))));
                });
        return read;
    }

    private static long micros(Duration duration) {
        return TimeUnit.NANOSECONDS.toMicros(duration.toNanos());
    }

    private static long nanoTimeIn(Duration wait) {
        return System.nanoTime() + wait.toNanos();
    }

    private static long nanoTimeIn(double seconds) {
        return System.nanoTime() + (long) (seconds * 1e9);
    }

    private static Duration untilNanoTime(long nanos) {
        return Duration.ofNanos(Math.max(0, nanos - System.nanoTime()));
    }

    /** Times are by {@link System#nanoTime()}; an end of MAX_VALUE is none. */
    private record Pause(long untilNanos, long nextProbeNanos, long nextCreateNanos) {

        Duration remaining() {
            return untilNanoTime(untilNanos);
        }
    }
}
