package dev.seedgate.vendor.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.vendor.client.FailedCalls.FailedCall;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class FailedCallsTests {

    @Test
    void keepsTheNewestFewHoweverManyFail() {
        FailedCalls calls = new FailedCalls();
        assertThat(calls.newest()).isEmpty();
        for (int i = 0; i < 3 * FailedCalls.MOST; i++) {
            calls.add(
                    new FailedCall(
                            Instant.EPOCH.plusSeconds(i), "poll", "unanswered", "call " + i));
        }
        assertThat(calls.newest()).hasSize(FailedCalls.MOST);
        assertThat(calls.newest().getFirst().evidence()).isEqualTo("call 59");
        assertThat(calls.newest().getLast().evidence()).isEqualTo("call 40");
    }
}
