package dev.seedgate.platform.values;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackoffTests {

    private static final Backoff BACKOFF =
            new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(30));

    @ParameterizedTest
    @CsvSource({"0, 1", "1, 1", "2, 2", "3, 4", "5, 16", "6, 30", "1000000, 30"})
    void doublesUpToTheLongestWaitAndSpreadsIt(int failures, long seconds) {
        long least = Duration.ofSeconds(seconds).toMillis() * 3 / 4;
        for (int i = 0; i < 100; i++) {
            assertThat(BACKOFF.after(failures).toMillis()).isBetween(least, least * 5 / 3 + 1);
        }
    }

    @Test
    void doesNotOverflowHoweverLongTheFirstWaitIs() {
        Duration day = Duration.ofDays(1);
        assertThat(new Backoff(day, day.multipliedBy(7)).after(100)).isGreaterThan(day);
    }
}
