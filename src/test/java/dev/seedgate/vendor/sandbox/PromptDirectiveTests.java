package dev.seedgate.vendor.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

class PromptDirectiveTests {

    @Test
    void readsEachDirective() {
        assertThat(PromptDirective.parse("a [sandbox:fail] b"))
                .isEqualTo(new PromptDirective.Fail());
        assertThat(PromptDirective.parse("[sandbox:stuck]")).isEqualTo(new PromptDirective.Stuck());
        assertThat(PromptDirective.parse("[sandbox:lost-answer]"))
                .isEqualTo(new PromptDirective.LostAnswer());
        assertThat(PromptDirective.parse("[sandbox:odd-status]"))
                .isEqualTo(new PromptDirective.OddStatus());
        assertThat(PromptDirective.parse("[sandbox:wrong-credits]"))
                .isEqualTo(new PromptDirective.WrongCredits());
        assertThat(PromptDirective.parse("[sandbox:reject=422]"))
                .isEqualTo(new PromptDirective.Reject(422));
        assertThat(PromptDirective.parse("[sandbox:reject]"))
                .isEqualTo(new PromptDirective.Reject(400));
        assertThat(PromptDirective.parse("[sandbox:http=500*2]"))
                .isEqualTo(new PromptDirective.RefuseTimes(500, 2));
        assertThat(PromptDirective.parse("[sandbox:http=429]"))
                .isEqualTo(new PromptDirective.RefuseTimes(429, 1));
    }

    @Test
    void readsTimesInThreeUnits() {
        assertThat(PromptDirective.parse("[sandbox:slow=30s]"))
                .isEqualTo(slow(Duration.ofSeconds(30)));
        assertThat(PromptDirective.parse("[sandbox:slow=2m]"))
                .isEqualTo(slow(Duration.ofMinutes(2)));
        assertThat(PromptDirective.parse("[sandbox:slow=500ms]"))
                .isEqualTo(slow(Duration.ofMillis(500)));
    }

    @Test
    void letsTheFirstOneCountWhateverItsCase() {
        assertThat(PromptDirective.parse("x [Sandbox:SLOW=3S] [sandbox:fail]"))
                .isEqualTo(slow(Duration.ofSeconds(3)));
        assertThat(PromptDirective.parse("[sandbox:nonsense][sandbox:fail]"))
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
        assertThat(PromptDirective.parse(prompt)).isEqualTo(new PromptDirective.None());
    }

    @ParameterizedTest
    @FieldSource("dev.seedgate.vendor.sandbox.SandboxWord#ALL")
    void knowsEveryWordThatIsOffered(SandboxWord word) {
        assertThat(PromptDirective.parse("A kite " + word.text()))
                .isNotEqualTo(new PromptDirective.None());
    }

    private static PromptDirective slow(Duration renderTime) {
        return new PromptDirective.Slow(renderTime);
    }
}
