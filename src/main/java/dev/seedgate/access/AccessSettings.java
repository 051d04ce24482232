package dev.seedgate.access;

import dev.seedgate.shared.StartupProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * @param adminKey the bootstrap admin key
 * @param adminKeyFile a file that holds it instead
 * @param maxBody a body with a full prompt and four long URLs is below 20 KB
 */
@ConfigurationProperties("seedgate")
record AccessSettings(
        @Nullable String adminKey,
        @Nullable Path adminKeyFile,
        @DefaultValue("64KB") DataSize maxBody) {

    // Fewer could be guessed.
    private static final int SHORTEST_ADMIN_KEY = 16;

    /** The bootstrap admin key; without one nobody could make the first team. */
    String requiredAdminKey() {
        String key = adminKey != null && !adminKey.isBlank() ? adminKey : fromFile();
        if (key == null || key.length() < SHORTEST_ADMIN_KEY) {
            throw new StartupProblem(
                    "Set SEEDGATE_ADMIN_KEY (or SEEDGATE_ADMIN_KEY_FILE) to a secret of 16 characters or more: it is the key of the first admin.");
        }
        return key;
    }

    private @Nullable String fromFile() {
        if (adminKeyFile == null) {
            return null;
        }
        try {
            return Files.readString(adminKeyFile).strip();
        } catch (IOException e) {
            throw new StartupProblem(
                    "SEEDGATE_ADMIN_KEY_FILE names " + adminKeyFile + ", which can't be read.");
        }
    }

    @Override
    public String toString() {
        return "AccessSettings[maxBody=" + maxBody + "]";
    }
}
