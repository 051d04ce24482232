package dev.seedgate.operations.alert;

import dev.seedgate.operations.delivery.WebhookClient;
import dev.seedgate.operations.delivery.WebhookSigner;
import dev.seedgate.platform.values.SecretFile;
import dev.seedgate.platform.values.StartupException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The configured receiver of alerts.
 *
 * @param secrets what messages are signed with, as it is now; none leaves them unsigned
 */
record AlertReceiver(URI url, Supplier<List<String>> secrets) {

    /** Null when none is configured. */
    static @Nullable AlertReceiver of(AlertSettings settings) {
        if (!settings.sends()) {
            return null;
        }
        return new AlertReceiver(
                url(
                        String.valueOf(settings.alertWebhookUrl()).strip(),
                        settings.alertWebhookAllowInternal()),
                secrets(settings));
    }

    /** Its text is not shown: with some receivers whoever knows it may write to them. */
    private static URI url(String text, boolean internal) {
        return WebhookClient.url(text, internal)
                .orElseThrow(() ->
                        new StartupException(
                                "SEEDGATE_ALERT_WEBHOOK_URL must be an https URL with a host and without user info; http is taken only with SEEDGATE_ALERT_WEBHOOK_ALLOW_INTERNAL=true."));
    }

    /** The configured one, or that of a file as it then is. */
    private static Supplier<List<String>> secrets(AlertSettings settings) {
        String given = settings.alertWebhookSecret();
        Path file = settings.alertWebhookSecretFile();
        if (given != null && !given.isBlank()) {
            List<String> fixed = List.of(checked(given.strip()));
            return () -> fixed;
        }
        if (file == null || file.toString().isBlank()) {
            return List::of;
        }
        SecretFile secret =
                SecretFile.open("SEEDGATE_ALERT_WEBHOOK_SECRET_FILE", file, AlertReceiver::checked);
        return () -> List.of(secret.value());
    }

    private static String checked(String secret) {
        if (WebhookSigner.isSecret(secret)) {
            return secret;
        }
        throw new StartupException(
                "SEEDGATE_ALERT_WEBHOOK_SECRET (or its file) must be whsec_ and 24 to 64 bytes in base64; make one with: echo whsec_$(openssl rand -base64 32)");
    }
}
