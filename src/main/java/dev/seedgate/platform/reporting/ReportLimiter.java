package dev.seedgate.platform.reporting;

import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Limiter of the reports that are read at once in one instance: each team's one at a time; reports
 * of single teams together, and reports of all teams, each so many that the other kind still gets a
 * connection.
 */
final class ReportLimiter {

    // Most reports are over by then.
    private static final Duration RETRY = Duration.ofSeconds(2);

    private final Set<Long> teams = ConcurrentHashMap.newKeySet();
    private final Semaphore ofTeams;
    private final Semaphore ofAllTeams;
    private final Duration wait;

    ReportLimiter(int connections, Duration wait) {
        ofTeams = new Semaphore(Math.max(1, connections - 1), true);
        ofAllTeams = new Semaphore(Math.max(1, connections - 1), true);
        this.wait = wait;
    }

    /**
     * A slot for a report, until it is closed. If none becomes free in time, {@code OVERLOADED}.
     *
     * @param team whose it is, null = of all teams; a team that reads another is told {@code
     *     TEAM_RATE_LIMITED} at once
     */
    Slot acquire(@Nullable Long team) {
        if (team == null) {
            acquire(ofAllTeams);
            return ofAllTeams::release;
        }
        if (!teams.add(team)) {
            throw new ApiException(
                    ErrorCode.TEAM_RATE_LIMITED,
                    "Your team reads a report already, and one at a time is its limit at Seedgate. Wait until it ends.",
                    RETRY);
        }
        try {
            acquire(ofTeams);
        } catch (RuntimeException e) {
            teams.remove(team);
            throw e;
        }
        return () -> {
            ofTeams.release();
            teams.remove(team);
        };
    }

    private void acquire(Semaphore slots) {
        try {
            if (slots.tryAcquire(wait.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        throw new ApiException(
                ErrorCode.OVERLOADED,
                "Others read reports now. Try again when they have ended.",
                RETRY);
    }

    /** Given back when it is closed. */
    @FunctionalInterface
    interface Slot extends AutoCloseable {

        @Override
        void close();
    }
}
