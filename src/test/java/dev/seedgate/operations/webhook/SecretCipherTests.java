package dev.seedgate.operations.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.StartupException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretCipherTests {

    private static final String ONE = key('1');
    private static final String OTHER = key('2');
    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    @Test
    void givesBackWhatItTookToTheSameTeamOnly() {
        SecretCipher cipher = cipher(ONE, null);
        byte[] stored = cipher.encrypt(SECRET, 7);
        assertThat(cipher.decrypt(stored, 7)).isEqualTo(SECRET);
        assertThat(stored).isNotEqualTo(cipher.encrypt(SECRET, 7));
        assertThat(new String(stored, StandardCharsets.ISO_8859_1)).doesNotContain("MfKQ");
        assertThatThrownBy(() -> cipher.decrypt(stored, 8))
                .isInstanceOf(IllegalStateException.class);
        byte[] bent = stored.clone();
        bent[bent.length - 1] = (byte) ~bent[bent.length - 1];
        assertThatThrownBy(() -> cipher.decrypt(bent, 7)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void changesItsKey() {
        byte[] stored = cipher(ONE, null).encrypt(SECRET, 7);
        SecretCipher both = cipher(OTHER + ", " + ONE, null);
        assertThat(both.decrypt(stored, 7)).isEqualTo(SECRET);
        byte[] anew = both.encrypt(SECRET, 7);
        assertThat(Arrays.copyOfRange(anew, 1, 5)).isEqualTo(both.keyId().orElseThrow());
        assertThat(cipher(OTHER, null).decrypt(anew, 7)).isEqualTo(SECRET);
        assertThatThrownBy(() -> cipher(OTHER, null).decrypt(stored, 7))
                .hasMessageContaining("no longer has the key");
    }

    @Test
    void readsTheKeyFromAFile(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("key"), ONE + "\n");
        assertThat(cipher(null, file).decrypt(cipher(ONE, null).encrypt(SECRET, 7), 7))
                .isEqualTo(SECRET);
    }

    @Test
    void saysThatThereIsNoKey() {
        SecretCipher none = cipher(" ", null);
        assertThat(none.keyId()).isEmpty();
        assertThatThrownBy(() -> none.encrypt(SECRET, 7))
                .isInstanceOfSatisfying(
                        ApiException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.WEBHOOKS_UNAVAILABLE))
                .hasMessageContaining("SEEDGATE_WEBHOOKS_KEY");
    }

    @ParameterizedTest
    @ValueSource(strings = {"short", "c2hvcnQ=", "!", ","})
    void refusesAKeyThatIsNone(String key) {
        assertThatThrownBy(() -> cipher(key, null))
                .isInstanceOf(StartupException.class)
                .hasMessageContaining("SEEDGATE_WEBHOOKS_KEY");
    }

    private static String key(char letter) {
        return Base64.getEncoder()
                .encodeToString(
                        String.valueOf(letter).repeat(32).getBytes(StandardCharsets.US_ASCII));
    }

    private static SecretCipher cipher(@Nullable String key, @Nullable Path file) {
        Duration any = Duration.ofSeconds(1);
        return new SecretCipher(
                new WebhookSettings(key, file, false, 1, 1, any, any, any, any, any, 100));
    }
}
