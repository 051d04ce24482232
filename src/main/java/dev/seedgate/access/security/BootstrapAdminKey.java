package dev.seedgate.access.security;

import dev.seedgate.platform.values.SecretFile;
import dev.seedgate.platform.values.Sha256;
import dev.seedgate.platform.values.StartupException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;

/**
 * The key of the first admin, from the configuration: without it nobody could make the first team.
 * One from a file is read again when the file changes, and the old one is then worth nothing.
 */
@Component
class BootstrapAdminKey {

    // Characters; a shorter key could be guessed.
    private static final int MIN_LENGTH = 16;

    private final Supplier<String> text;

    BootstrapAdminKey(AccessSettings settings) {
        String key = settings.adminKey();
        Path file = settings.adminKeyFile();
        if (key != null && !key.isBlank()) {
            String fixed = checked("SEEDGATE_ADMIN_KEY", key.strip());
            text = () -> fixed;
        } else if (file != null && !file.toString().isBlank()) {
            text =
                    SecretFile.open(
                                    "SEEDGATE_ADMIN_KEY_FILE",
                                    file,
                                    it -> checked("The key in SEEDGATE_ADMIN_KEY_FILE", it))
                            ::value;
        } else {
            throw missing();
        }
    }

    /** Compared in constant time: how much of a guess is right must not show. */
    boolean matches(String guess) {
        return MessageDigest.isEqual(hash(), Sha256.of(guess));
    }

    /** Its SHA-256, which may be stored. */
    byte[] hash() {
        return Sha256.of(text.get());
    }

    private static String checked(String where, String key) {
        if (key.length() < MIN_LENGTH) {
            throw new StartupException(
                    "%s has %d characters: give a secret of %d or more; it is the key of the first admin."
                            .formatted(where, key.length(), MIN_LENGTH));
        }
        return key;
    }

    private static StartupException missing() {
        return new StartupException(
                "Set SEEDGATE_ADMIN_KEY (or SEEDGATE_ADMIN_KEY_FILE) to a secret of 16 characters or more: it is the key of the first admin.");
    }
}
