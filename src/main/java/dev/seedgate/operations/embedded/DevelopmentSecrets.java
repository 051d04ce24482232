package dev.seedgate.operations.embedded;

import dev.seedgate.access.apikey.ApiKeyFormat;
import dev.seedgate.platform.values.StartupException;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Properties;

/** The secrets of embedded mode, made at the first start and the same at every later one. */
record DevelopmentSecrets(String admin, String demoTeam, String database, String webhooks) {

    private static final String FILE = "keys";

    /** 192 bits. */
    private static final int SECRET_BYTES = 24;

    /** As AES wants it. */
    private static final int WEBHOOKS_KEY_BYTES = 32;

    /** Reads the folder's keys; what is missing is made and kept. */
    static DevelopmentSecrets keptIn(LockedDirectory folder) {
        Properties kept = read(folder.resolve(FILE));
        DevelopmentSecrets secrets =
                new DevelopmentSecrets(
                        kept.getProperty("admin-key", "admin_" + secret()),
                        kept.getProperty("demo-team-key", ApiKeyFormat.TEAM.generate()),
                        kept.getProperty("database-password", secret()),
                        kept.getProperty("webhooks-key", webhooksKey()));
        if (!ApiKeyFormat.TEAM.wellFormed(secrets.demoTeam())) {
            throw new StartupException(
                    "The demo-team-key in %s is not a team key: remove that line to have a new one made."
                            .formatted(folder.resolve(FILE)));
        }
        if (kept.size() < DevelopmentSecrets.class.getRecordComponents().length) {
            folder.writeSecret(FILE, secrets.text());
        }
        return secrets;
    }

    private String text() {
        return """
        # Made by the gateway at its first start in this folder; the database password belongs to the data here.
        admin-key=%s
        demo-team-key=%s
        database-password=%s
        webhooks-key=%s
        """
                .formatted(admin, demoTeam, database, webhooks);
    }

    private static Properties read(Path file) {
        Properties properties = new Properties();
        if (Files.exists(file)) {
            try (Reader reader = Files.newBufferedReader(file)) {
                properties.load(reader);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return properties;
    }

    private static String secret() {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(random(SECRET_BYTES));
    }

    private static String webhooksKey() {
        return Base64.getEncoder().encodeToString(random(WEBHOOKS_KEY_BYTES));
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    }

    /** Without the secrets, wherever it is printed. */
    @Override
    public String toString() {
        return "DevelopmentSecrets";
    }
}
