package dev.seedgate.vendor.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PromptDirectiveTests {

    @Test
    void readsEachDirective() {
        assertThat(PromptDirective.in("a [sandbox:fail] b")).isEqualTo(new PromptDirective.Fail());
        assertThat(PromptDirective.in("[sandbox:stuck]")).isEqualTo(new PromptDirective.Stuck());
        assertThat(PromptDirective.in("[sandbox:lost-answer]"))
                .isEqualTo(new PromptDirective.LostAnswer());
        assertThat(PromptDirective.in("[sandbox:odd-status]"))
                .isEqualTo(new PromptDirective.OddStatus());
        assertThat(PromptDirective.in("[sandbox:wrong-credits]"))
                .isEqualTo(new PromptDirective.WrongCredits());
        assertThat(PromptDirective.in("[sandbox:reject=422]"))
                .isEqualTo(new PromptDirective.Reject(422));
        assertThat(PromptDirective.in("[sandbox:reject]"))
                .isEqualTo(new PromptDirective.Reject(400));
        assertThat(PromptDirective.in("[sandbox:http=500*2]"))
                .isEqualTo(new PromptDirective.RefuseTimes(500, 2));
        assertThat(PromptDirective.in("[sandbox:http=429]"))
                .isEqualTo(new PromptDirective.RefuseTimes(429, 1));
    }

    @Test
    void readsTimesInThreeUnits() {
        assertThat(PromptDirective.in("[sandbox:slow=30s]"))
                .isEqualTo(slow(Duration.ofSeconds(30)));
        assertThat(PromptDirective.in("[sandbox:slow=2m]")).isEqualTo(slow(Duration.ofMinutes(2)));
        assertThat(PromptDirective.in("[sandbox:slow=500ms]"))
                .isEqualTo(slow(Duration.ofMillis(500)));
    }

    @Test
    void letsTheFirstOneCountWhateverItsCase() {
        assertThat(PromptDirective.in("x [Sandbox:SLOW=3S] [sandbox:fail]"))
                .isEqualTo(slow(Duration.ofSeconds(3)));
        assertThat(PromptDirective.in("[sandbox:nonsense][sandbox:fail]"))
                .isEqualTo(new PromptDirective.Fail());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sandbox:fail",
                "[sandbox]",
                "[sandbox:]",
                "[sandbox:fail",
                "[sandbox:fail=1]",
                "[sandbox: fail]",
                "[sandbox:slow]",
                "[sandbox:slow=30]",
                "[sandbox:slow=-1s]",
                "[sandbox:slow=9999999999s]",
                "[sandbox:reject=200]",
                "[sandbox:reject=500]",
                "[sandbox:http=200*2]",
                "[sandbox:http=500*]",
                "[sandbox:http=500*1000]"
            })
    void takesWhatIsMalformedForPlainText(String prompt) {
        assertThat(PromptDirective.in(prompt)).isEqualTo(new PromptDirective.None());
    }

    private static PromptDirective slow(Duration renderTime) {
        return new PromptDirective.Slow(renderTime);
    }
}
