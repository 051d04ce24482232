package dev.seedgate.platform.reporting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class ReportLimiterTests {

    private final ReportLimiter limiter = new ReportLimiter(3, Duration.ofMillis(1));

    @Test
    void keepsOneConnectionForAdmins() {
        limiter.acquire(1L);
        limiter.acquire(2L);
        refuses(() -> limiter.acquire(3L), ErrorCode.OVERLOADED);
        limiter.acquire(null);
    }

    @Test
    void keepsOneConnectionForTeams() {
        limiter.acquire(null);
        limiter.acquire(null);
        refuses(() -> limiter.acquire(null), ErrorCode.OVERLOADED);
        limiter.acquire(1L);
    }

    @Test
    void givesATeamOneAtATimeAndTheNextWhenItIsClosed() {
        ReportLimiter.Slot first = limiter.acquire(1L);
        refuses(() -> limiter.acquire(1L), ErrorCode.TEAM_RATE_LIMITED);
        first.close();
        limiter.acquire(1L).close();
        limiter.acquire(1L);
    }

    /** Or a team would be told that it reads a report, for ever. */
    @Test
    void forgetsATeamThatGotNoTurn() {
        ReportLimiter.Slot first = limiter.acquire(1L);
        limiter.acquire(2L);
        refuses(() -> limiter.acquire(3L), ErrorCode.OVERLOADED);
        first.close();
        limiter.acquire(3L);
    }

    private static void refuses(ThrowingCallable call, ErrorCode code) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
