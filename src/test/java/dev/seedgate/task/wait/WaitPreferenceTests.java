package dev.seedgate.task.wait;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WaitPreferenceTests {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '§',
            value = {
                "wait=10                                | 10",
                "wait=0                                 | 0",
                "wait=60                                | 60",
                "wait=61                                | 60",
                "wait=007                               | 7",
                "wait=99999999999999999999999999999     | 60",
                "WAIT=5                                 | 5",
                "wait = 5                               | 5",
                "wait=\"5\"                             | 5",
                "respond-async, wait=5                  | 5",
                "respond-async,wait=5,return=minimal    | 5",
                ", ,wait=5,,                            | 5",
                "wait=5; foo                            | 5",
                "wait=5 ; foo=\"a;b,c\" ; bar           | 5",
                "wait=5;                                | 5",
                "wait=5;;a=                             | 5",
                "foo=\"wait=9, wait=8\", wait=5         | 5",
                "foo=\"\\\", wait=9\", wait=5           | 5",
                "foo; wait=9, wait=5                    | 5",
                "wait=5, wait=6                         | 5",
                "waiting=9, wait=5                      | 5",
                "wait 9, wait=5                         | 5",
                "=9, wait=5                             | 5"
            })
    void takesTheSecondsOfTheHeader(String header, int seconds) {
        assertThat(WaitPreference.seconds(List.of(header))).hasValue(seconds);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                ",",
                ";",
                "=",
                "\"",
                "wait",
                "wait=",
                "wait=\"\"",
                "wait=\"5",
                "wait=5\"",
                "wait=-1",
                "wait=+1",
                "wait=1.5",
                "wait=1e1",
                "wait=0x10",
                "wait=5s",
                "wait=\" 5\"",
                "wait=٥",
                "wait=abc",
                "wait==5",
                "wait=5 6",
                "wait=5; =",
                "wait=5 foo",
                "wait:5",
                "await=5",
                "foo;wait=5",
                "foo=\"wait=5\"",
                "foo=\"a, wait=5",
                "foo=\"a\\\", wait=5",
                "wait=abc, wait=5",
                "wait=\u00005",
                "\\"
            })
    void ignoresWhatIsMalformed(String header) {
        assertThat(WaitPreference.seconds(List.of(header))).isEmpty();
    }

    @Test
    void takesSeveralHeadersForOneList() {
        assertThat(WaitPreference.seconds(List.of("respond-async", "wait=5", "wait=6")))
                .hasValue(5);
        assertThat(WaitPreference.seconds(List.of())).isEmpty();
        assertThat(WaitPreference.seconds(List.of("wait=,".repeat(3000)))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "7, 7", "60, 60", "61, 60", "99999999999, 60"})
    void takesTheParameterBeforeTheHeader(String parameter, int seconds) {
        assertThat(WaitPreference.seconds(parameter, List.of("wait=33")))
                .isEqualTo(OptionalInt.of(seconds));
        assertThat(WaitPreference.seconds(null, List.of("wait=33"))).hasValue(33);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "5s", "-1", "1.5", "5,6", "٥", "true", " 5"})
    void refusesAMalformedParameter(String parameter) {
        assertThatThrownBy(() -> WaitPreference.seconds(parameter, List.of()))
                .isInstanceOfSatisfying(
                        ApiException.class,
                        it -> {
                            assertThat(it.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
                            assertThat(it.message()).startsWith("wait must be");
                        });
    }
}
