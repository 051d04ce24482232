package dev.seedgate.billing;

import dev.seedgate.shared.ErrorCode;
import dev.seedgate.shared.GatewayException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Who may read a report now: each team one at a time, and those of all teams so many that a team
 * still gets a connection. In one instance; a second one is refused before it waits for anything.
 */
final class ReportTurns {

    // Most reports are over by then.
    private static final Duration RETRY = Duration.ofSeconds(2);

    private final Set<Long> teams = ConcurrentHashMap.newKeySet();
    private final Semaphore ofAllTeams;
    private final Duration wait;

    ReportTurns(int connections, Duration wait) {
        ofAllTeams = new Semaphore(Math.max(1, connections - 1));
        this.wait = wait;
    }

    /**
     * The turn of a report, until it is closed: of a team, which is told {@code TEAM_RATE_LIMITED}
     * while it reads another, or of all teams, null, which waits for a while and is then told
     * {@code OVERLOADED}.
     */
    Turn take(@Nullable Long team) {
        if (team == null) {
            takeOfAllTeams();
            return ofAllTeams::release;
        }
        if (!teams.add(team)) {
            throw new GatewayException(
                    ErrorCode.TEAM_RATE_LIMITED,
                    "Your team reads a report already, and one at a time is its limit at Seedgate. Wait until it ends.",
                    RETRY);
        }
        return () -> teams.remove(team);
    }

    private void takeOfAllTeams() {
        try {
            if (ofAllTeams.tryAcquire(wait.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        throw new GatewayException(
                ErrorCode.OVERLOADED,
                "Other reports of all teams are being read. Try again when they have ended.",
                RETRY);
    }

    /** Given back when it is closed. */
    @FunctionalInterface
    interface Turn extends AutoCloseable {

        @Override
        void close();
    }
}
