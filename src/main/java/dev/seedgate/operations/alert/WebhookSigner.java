package dev.seedgate.operations.alert;

import dev.seedgate.platform.values.SecretFile;
import dev.seedgate.platform.values.StartupException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.function.Supplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The signer of webhook messages, by the Standard Webhooks (standardwebhooks.com), version 1
 * symmetric.
 */
final class WebhookSigner {

    private static final String ALGORITHM = "HmacSHA256";
    private static final String PREFIX = "whsec_";
    // What the standard asks for.
    private static final int FEWEST_BYTES = 24;
    private static final int MOST_BYTES = 64;

    private final Supplier<String> secret;

    private WebhookSigner(Supplier<String> secret) {
        this.secret = secret;
    }

    /** With the configured secret, one from a file as it then is; null without one. */
    static @Nullable WebhookSigner of(AlertSettings settings) {
        String given = settings.alertWebhookSecret();
        Path file = settings.alertWebhookSecretFile();
        if (given != null && !given.isBlank()) {
            String fixed = checked(given.strip());
            return new WebhookSigner(() -> fixed);
        }
        if (file == null || file.toString().isBlank()) {
            return null;
        }
        return new WebhookSigner(
                SecretFile.open("SEEDGATE_ALERT_WEBHOOK_SECRET_FILE", file, WebhookSigner::checked)
                        ::value);
    }

    /** The value of the header {@code webhook-signature}. */
    String sign(String id, long timestamp, String body) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(bytes(secret.get()), ALGORITHM));
            byte[] signed =
                    mac.doFinal(
                            (id + "." + timestamp + "." + body).getBytes(StandardCharsets.UTF_8));
            return "v1," + Base64.getEncoder().encodeToString(signed);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }

    private static String checked(String secret) {
        try {
            int length = secret.startsWith(PREFIX) ? bytes(secret).length : 0;
            if (length >= FEWEST_BYTES && length <= MOST_BYTES) {
                return secret;
            }
        } catch (IllegalArgumentException _) {
            // No base64: said below, without the text.
        }
        throw new StartupException(
                "SEEDGATE_ALERT_WEBHOOK_SECRET (or its file) must be whsec_ and 24 to 64 bytes in base64; make one with: echo whsec_$(openssl rand -base64 32)");
    }

    private static byte[] bytes(String secret) {
        return Base64.getDecoder().decode(secret.substring(PREFIX.length()));
    }
}
