package dev.seedgate.platform.reporting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class ReportLimiterTests {

    private final ReportLimiter turns = new ReportLimiter(3, Duration.ofMillis(1));

    @Test
    void keepsOneConnectionForAdmins() {
        turns.take(1L);
        turns.take(2L);
        refuses(() -> turns.take(3L), ErrorCode.OVERLOADED);
        turns.take(null);
    }

    @Test
    void keepsOneConnectionForTeams() {
        turns.take(null);
        turns.take(null);
        refuses(() -> turns.take(null), ErrorCode.OVERLOADED);
        turns.take(1L);
    }

    @Test
    void givesATeamOneAtATimeAndTheNextWhenItIsClosed() {
        ReportLimiter.Turn first = turns.take(1L);
        refuses(() -> turns.take(1L), ErrorCode.TEAM_RATE_LIMITED);
        first.close();
        turns.take(1L).close();
        turns.take(1L);
    }

    /** Or a team would be told that it reads a report, for ever. */
    @Test
    void forgetsATeamThatGotNoTurn() {
        ReportLimiter.Turn first = turns.take(1L);
        turns.take(2L);
        refuses(() -> turns.take(3L), ErrorCode.OVERLOADED);
        first.close();
        turns.take(3L);
    }

    private static void refuses(ThrowingCallable call, ErrorCode code) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
