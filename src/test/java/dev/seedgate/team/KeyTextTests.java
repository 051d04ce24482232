package dev.seedgate.team;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class KeyTextTests {

    @Test
    void makesKeysThatAreWellFormedAndNeverAlike() {
        assertThat(Stream.generate(KeyText::generate).limit(1000))
                .allMatch(KeyText::wellFormed)
                .allMatch(key -> key.matches("sg_[0-9A-Za-z]{38}"))
                .doesNotHaveDuplicates();
    }

    @Test
    void usesEveryCharacterOfItsAlphabet() {
        String random =
                Stream.generate(KeyText::generate)
                        .limit(500)
                        .map(key -> key.substring(3, 35))
                        .collect(Collectors.joining());
        assertThat(random.chars().distinct().count()).isEqualTo(62);
    }

    @Test
    void knowsItsOwnChecksumForever() {
        // Keys are in clients' hands: a change of the format would lock every one of them out.
        assertThat(KeyText.wellFormed("sg_0123456789ABCDEFGHIJKLMNOPQRSTUVCHECKS")).isFalse();
        assertThat(KeyText.wellFormed("sg_0123456789ABCDEFGHIJKLMNOPQRSTUV0ykxlY")).isTrue();
    }

    @Test
    void refusesAnyKeyWithOneCharacterChanged() {
        String key = KeyText.generate();
        for (int i = 0; i < key.length(); i++) {
            char other = key.charAt(i) == 'x' ? 'y' : 'x';
            assertThat(KeyText.wellFormed(key.substring(0, i) + other + key.substring(i + 1)))
                    .as("character %d", i)
                    .isFalse();
        }
    }

    @Test
    void refusesTextThatIsNoKey() {
        String key = KeyText.generate();
        assertThat(Stream.of("", "sg_", key + "0", key.substring(1), " " + key, key.repeat(1000)))
                .noneMatch(KeyText::wellFormed);
        assertThat(KeyText.wellFormed("sg_" + "ä".repeat(38))).isFalse();
    }

    @Test
    void hashesWithSha256() {
        assertThat(HexFormat.of().formatHex(KeyText.sha256("abc")))
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
