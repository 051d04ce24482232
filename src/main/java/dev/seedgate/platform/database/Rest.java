package dev.seedgate.platform.database;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Rest between two steps of work that no request waits for: as long as the step took, so that the
 * database has as much time for others, and a multiple of it while requests come, which go before.
 * Steps of one kind follow each other; kinds have a rest each.
 */
public final class Rest {

    private final LongSupplier requests;
    private final LongSupplier nanoTime;
    private final Duration longest;
    private final int besideRequests;
    // Written by who makes a step, read by who makes the next.
    private volatile long requestsBefore;
    private volatile long endsAtNanos;

    /**
     * @param requests how many have ever been given a connection
     * @param longest while none come: a slow database must not make the work wait for much longer
     * @param besideRequests so many times as long, when requests came since the last step
     */
    public Rest(ConnectionShares requests, Duration longest, int besideRequests) {
        this(requests::given, System::nanoTime, longest, besideRequests);
    }

    Rest(LongSupplier requests, LongSupplier nanoTime, Duration longest, int besideRequests) {
        this.requests = requests;
        this.nanoTime = nanoTime;
        this.longest = longest;
        this.besideRequests = besideRequests;
        endsAtNanos = nanoTime.getAsLong();
    }

    /** Begins the rest after a step that took so many nanoseconds. */
    public void beginAfter(long stepNanos) {
        long before = requestsBefore;
        requestsBefore = requests.getAsLong();
        int times = requestsBefore == before ? 1 : besideRequests;
        endsAtNanos = nanoTime.getAsLong() + Math.min(stepNanos, longest.toNanos()) * times;
    }

    /** What is left of it in nanoseconds; 0 or less when it is over. */
    public long left() {
        return endsAtNanos - nanoTime.getAsLong();
    }
}
