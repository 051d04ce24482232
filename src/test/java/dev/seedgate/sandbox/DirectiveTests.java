package dev.seedgate.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DirectiveTests {

    @Test
    void readsEachDirective() {
        assertThat(Directive.in("a [sandbox:fail] b")).isEqualTo(new Directive.Fail());
        assertThat(Directive.in("[sandbox:stuck]")).isEqualTo(new Directive.Stuck());
        assertThat(Directive.in("[sandbox:lost-answer]")).isEqualTo(new Directive.LostAnswer());
        assertThat(Directive.in("[sandbox:odd-status]")).isEqualTo(new Directive.OddStatus());
        assertThat(Directive.in("[sandbox:wrong-credits]")).isEqualTo(new Directive.WrongCredits());
        assertThat(Directive.in("[sandbox:reject=422]")).isEqualTo(new Directive.Reject(422));
        assertThat(Directive.in("[sandbox:reject]")).isEqualTo(new Directive.Reject(400));
        assertThat(Directive.in("[sandbox:http=500*2]"))
                .isEqualTo(new Directive.RefuseTimes(500, 2));
        assertThat(Directive.in("[sandbox:http=429]")).isEqualTo(new Directive.RefuseTimes(429, 1));
    }

    @Test
    void readsTimesInThreeUnits() {
        assertThat(Directive.in("[sandbox:slow=30s]")).isEqualTo(slow(Duration.ofSeconds(30)));
        assertThat(Directive.in("[sandbox:slow=2m]")).isEqualTo(slow(Duration.ofMinutes(2)));
        assertThat(Directive.in("[sandbox:slow=500ms]")).isEqualTo(slow(Duration.ofMillis(500)));
    }

    @Test
    void letsTheFirstOneCountWhateverItsCase() {
        assertThat(Directive.in("x [Sandbox:SLOW=3S] [sandbox:fail]"))
                .isEqualTo(slow(Duration.ofSeconds(3)));
        assertThat(Directive.in("[sandbox:nonsense][sandbox:fail]"))
                .isEqualTo(new Directive.Fail());
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
        assertThat(Directive.in(prompt)).isEqualTo(new Directive.None());
    }

    private static Directive slow(Duration renderTime) {
        return new Directive.Slow(renderTime);
    }
}
