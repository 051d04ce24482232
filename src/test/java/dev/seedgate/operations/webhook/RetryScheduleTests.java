package dev.seedgate.operations.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RetryScheduleTests {

    @Test
    void triesForThreeDaysFartherAndFartherApart() {
        Duration whole = Duration.ZERO;
        Duration last = Duration.ZERO;
        int step = 0;
        Optional<Duration> wait = RetrySchedule.after(step);
        while (wait.isPresent()) {
            assertThat(wait.get()).isGreaterThan(last);
            last = wait.get();
            whole = whole.plus(last);
            wait = RetrySchedule.after(++step);
        }
        assertThat(step).isEqualTo(10);
        assertThat(whole).isBetween(Duration.ofHours(64), Duration.ofHours(79));
        assertThat(RetrySchedule.after(0).orElseThrow())
                .isBetween(Duration.ofMillis(4500), Duration.ofMillis(5500));
    }
}
