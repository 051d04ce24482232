package dev.seedgate.platform.values;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TaskIdTests {

    private static final String DIGITS =
            "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /** By arithmetic of another kind, over all times that 48 bits hold. */
    @Test
    void isItsMillisecondAndEightyRandomBitsInBase62() {
        Random random = new Random(62);
        List<BigInteger> bits = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            // Of all magnitudes: a carry that is lost shows with few of them.
            long milliseconds = random.nextLong(1L << 48) >>> random.nextInt(48);
            TaskId id = TaskId.create(Instant.ofEpochMilli(milliseconds), 'z');
            BigInteger number = number(id);
            assertThat(number.shiftRight(80).longValueExact()).isEqualTo(milliseconds);
            assertThat(id.time()).isEqualTo(Instant.ofEpochMilli(milliseconds));
            assertThat(number(TaskId.first(id.time())))
                    .isEqualTo(BigInteger.valueOf(milliseconds).shiftLeft(80));
            bits.add(number.subtract(BigInteger.valueOf(milliseconds).shiftLeft(80)));
        }
        assertThat(bits).doesNotHaveDuplicates();
        for (int bit = 0; bit < 80; bit++) {
            int place = bit;
            // Of so many coins, none falls on one side so often in the life of the universe.
            assertThat(bits.stream().filter(it -> it.testBit(place)).count())
                    .isBetween(2000L, 3000L);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sd15p_0123456789abcde",
                "sd15p_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz01"
            })
    void takesWhatHasTheVendorsForm(String text) {
        assertThat(TaskId.parse(text)).map(TaskId::value).contains(text);
        assertThat(new TaskId(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "sd15p_",
                "sd15p_0123456789abcd",
                "sd15p_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz012",
                "SD15P_0123456789abcde",
                "0123456789abcdesd15p_",
                "sd15p-0123456789abcde",
                "sd15p_0123456789abcd_",
                "sd15p_0123456789 abcde",
                "sd15p_0123456789abcde\n",
                "sd15p_0123456789abcdé",
                "sd15p_0123456789abcd\u0661"
            })
    void refusesEveryOther(String text) {
        assertThat(TaskId.parse(text)).isEmpty();
        assertThatThrownBy(() -> new TaskId(text)).isInstanceOf(IllegalArgumentException.class);
    }

    private static BigInteger number(TaskId id) {
        BigInteger number = BigInteger.ZERO;
        for (char digit : id.value().substring(6, 28).toCharArray()) {
            number =
                    number.multiply(BigInteger.valueOf(62))
                            .add(BigInteger.valueOf(DIGITS.indexOf(digit)));
        }
        return number;
    }
}
