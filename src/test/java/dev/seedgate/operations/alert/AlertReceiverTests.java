package dev.seedgate.operations.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seedgate.platform.values.StartupException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What may be configured as the receiver of alerts. */
class AlertReceiverTests {

    private static final Duration LONG = Duration.ofSeconds(10);
    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    @Test
    void readsTheSecretFromAFile(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("s"), SECRET + "\n");
        assertThat(secrets(null, file)).containsExactly(SECRET);
        assertThat(secrets(SECRET, null)).containsExactly(SECRET);
        assertThat(secrets(" ", null)).isEmpty();
        assertThatThrownBy(() -> secrets(null, folder.resolve("none")))
                .isInstanceOf(StartupException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_", "whsec_c2hvcnQ=", "whsec_!"})
    void refusesASecretThatIsNone(String secret) {
        assertThatThrownBy(() -> secrets(secret, null))
                .isInstanceOf(StartupException.class)
                .hasMessageContaining("SEEDGATE_ALERT_WEBHOOK_SECRET")
                .message()
                .doesNotContain("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    }

    private static List<String> secrets(@Nullable String secret, @Nullable Path file) {
        return Objects.requireNonNull(
                        AlertReceiver.of(settings("https://x.example", secret, file, false)))
                .secrets()
                .get();
    }

    @ParameterizedTest
    @CsvSource({
        "http://hooks.example/secret-path, false",
        "ftp://hooks.example/secret-path, true",
        "https:///secret-path, false",
        "https://user:secret@hooks.example/, false",
        "hooks.example/secret-path, false",
        "https://hooks example/secret-path, true"
    })
    void refusesAUrlThatIsNone(String url, boolean internal) {
        assertThatThrownBy(() -> AlertReceiver.of(settings(url, null, null, internal)))
                .isInstanceOf(StartupException.class)
                .hasMessageContaining("SEEDGATE_ALERT_WEBHOOK_URL")
                .message()
                .doesNotContain("secret");
    }

    private static AlertSettings settings(
            String url, @Nullable String secret, @Nullable Path secretFile, boolean internal) {
        return new AlertSettings(
                LONG,
                List.of(),
                List.of(),
                List.of(),
                1,
                LONG,
                url,
                secret,
                secretFile,
                internal,
                LONG,
                1,
                LONG,
                LONG,
                LONG);
    }
}
