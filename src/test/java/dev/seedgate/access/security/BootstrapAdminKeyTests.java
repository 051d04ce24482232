package dev.seedgate.access.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seedgate.platform.values.StartupException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

/** What is said of a first admin's key that can't be used. */
class BootstrapAdminKeyTests {

    @TempDir private Path folder;

    @Test
    void saysThatAKeyIsTooShortAndWhereItStands() throws IOException {
        Path file = Files.writeString(folder.resolve("key"), "tooshort\n");
        assertThatThrownBy(() -> key(null, file))
                .isInstanceOf(StartupException.class)
                .hasMessageStartingWith("The key in SEEDGATE_ADMIN_KEY_FILE has 8 characters: give")
                .hasMessageNotContaining("tooshort");
        assertThatThrownBy(() -> key("tooshort", null))
                .hasMessageStartingWith("SEEDGATE_ADMIN_KEY has 8 characters: give");
        assertThatThrownBy(() -> key(" ", null)).hasMessageStartingWith("Set SEEDGATE_ADMIN_KEY");
        Files.writeString(file, "0123456789abcdef\n");
        assertThat(key(null, file).matches("0123456789abcdef")).isTrue();
    }

    private static BootstrapAdminKey key(@Nullable String text, @Nullable Path file) {
        return new BootstrapAdminKey(
                new AccessSettings(
                        text, file, 10, Duration.ofMinutes(10), 60, DataSize.ofKilobytes(64)));
    }
}
