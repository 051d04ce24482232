package dev.seedgate.access.apikey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.platform.values.Sha256;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ApiKeyFormatTests {

    @Test
    void makesKeysThatAreWellFormedAndNeverAlike() {
        assertThat(Stream.generate(ApiKeyFormat.TEAM::generate).limit(1000))
                .allMatch(ApiKeyFormat.TEAM::wellFormed)
                .allMatch(key -> key.matches("sg_[0-9A-Za-z]{38}"))
                .doesNotHaveDuplicates();
    }

    @Test
    void usesEveryCharacterOfItsAlphabet() {
        String random =
                Stream.generate(ApiKeyFormat.TEAM::generate)
                        .limit(500)
                        .map(key -> key.substring(3, 35))
                        .collect(Collectors.joining());
        assertThat(random.chars().distinct().count()).isEqualTo(62);
    }

    @Test
    void knowsItsOwnChecksumForever() {
        // Keys are in clients' hands: a change of the format would lock every one of them out.
        assertThat(ApiKeyFormat.TEAM.wellFormed("sg_0123456789ABCDEFGHIJKLMNOPQRSTUVCHECKS"))
                .isFalse();
        assertThat(ApiKeyFormat.TEAM.wellFormed("sg_0123456789ABCDEFGHIJKLMNOPQRSTUV0ykxlY"))
                .isTrue();
    }

    @Test
    void refusesAnyKeyWithOneCharacterChanged() {
        String key = ApiKeyFormat.TEAM.generate();
        for (int i = 0; i < key.length(); i++) {
            char other = key.charAt(i) == 'x' ? 'y' : 'x';
            assertThat(
                            ApiKeyFormat.TEAM.wellFormed(
                                    key.substring(0, i) + other + key.substring(i + 1)))
                    .as("character %d", i)
                    .isFalse();
        }
    }

    @Test
    void refusesTextThatIsNoKey() {
        String key = ApiKeyFormat.TEAM.generate();
        assertThat(Stream.of("", "sg_", key + "0", key.substring(1), " " + key, key.repeat(1000)))
                .noneMatch(ApiKeyFormat.TEAM::wellFormed);
        assertThat(ApiKeyFormat.TEAM.wellFormed("sg_" + "ä".repeat(38))).isFalse();
    }

    @Test
    void hashesWithSha256() {
        assertThat(HexFormat.of().formatHex(Sha256.of("abc")))
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    @Test
    void takesNoTextMadeAtRandomForAKey() {
        for (int seed = 0; seed < 20_000; seed++) {
            Random random = new Random(seed);
            StringBuilder text = new StringBuilder(random.nextBoolean() ? "sg_" : "");
            int length = random.nextInt(4) > 0 ? 41 : random.nextInt(80);
            while (text.length() < length) {
                text.append(
                        (char)
                                (random.nextInt(3) > 0
                                        ? '0' + random.nextInt(75)
                                        : random.nextInt(0x10000)));
            }
            assertThat(ApiKeyFormat.TEAM.wellFormed(text.toString())).as("seed %d", seed).isFalse();
        }
    }

    @Test
    void tellsAdminsKeysFromTeams() {
        assertThat(ApiKeyFormat.ADMIN.generate())
                .matches("sga_[0-9A-Za-z]{38}")
                .matches(ApiKeyFormat.ADMIN::wellFormed)
                .doesNotMatch(ApiKeyFormat.TEAM::wellFormed);
        assertThat(ApiKeyFormat.TEAM.generate()).doesNotMatch(ApiKeyFormat.ADMIN::wellFormed);
    }
}
