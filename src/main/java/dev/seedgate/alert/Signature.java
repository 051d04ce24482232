package dev.seedgate.alert;

import dev.seedgate.shared.StartupProblem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** Signs what is sent, by the Standard Webhooks (standardwebhooks.com), version 1 symmetric. */
final class Signature {

    private static final String ALGORITHM = "HmacSHA256";
    private static final String PREFIX = "whsec_";
    // What the standard asks for.
    private static final int FEWEST_BYTES = 24;
    private static final int MOST_BYTES = 64;

    private final SecretKeySpec secret;

    private Signature(byte[] secret) {
        this.secret = new SecretKeySpec(secret, ALGORITHM);
    }

    /** With the configured secret; null without one. */
    static @Nullable Signature of(AlertSettings settings) {
        String given = settings.alertWebhookSecret();
        String secret = given != null && !given.isBlank() ? given.strip() : fromFile(settings);
        if (secret == null) {
            return null;
        }
        if (!secret.startsWith(PREFIX)) {
            throw bad();
        }
        try {
            byte[] bytes = Base64.getDecoder().decode(secret.substring(PREFIX.length()));
            if (bytes.length < FEWEST_BYTES || bytes.length > MOST_BYTES) {
                throw bad();
            }
            return new Signature(bytes);
        } catch (IllegalArgumentException e) {
            throw bad();
        }
    }

    /** The value of the header {@code webhook-signature}. */
    String sign(String id, long timestamp, String body) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(secret);
            byte[] signed =
                    mac.doFinal(
                            (id + "." + timestamp + "." + body).getBytes(StandardCharsets.UTF_8));
            return "v1," + Base64.getEncoder().encodeToString(signed);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }

    private static @Nullable String fromFile(AlertSettings settings) {
        if (settings.alertWebhookSecretFile() == null) {
            return null;
        }
        try {
            return Files.readString(settings.alertWebhookSecretFile()).strip();
        } catch (IOException e) {
            throw new StartupProblem(
                    "SEEDGATE_ALERT_WEBHOOK_SECRET_FILE names "
                            + settings.alertWebhookSecretFile()
                            + ", which can't be read.");
        }
    }

    private static StartupProblem bad() {
        return new StartupProblem(
                "SEEDGATE_ALERT_WEBHOOK_SECRET (or its file) must be whsec_ and 24 to 64 bytes in base64; make one with: echo whsec_$(openssl rand -base64 32)");
    }
}
