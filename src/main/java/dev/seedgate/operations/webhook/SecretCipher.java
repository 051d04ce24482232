package dev.seedgate.operations.webhook;

import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.SecretFile;
import dev.seedgate.platform.values.Sha256;
import dev.seedgate.platform.values.StartupException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.springframework.stereotype.Component;

/**
 * The cipher of endpoints' secrets, AES-GCM. What is stored is a version (1), which key it was (4
 * bytes of its hash), a random nonce (12 bytes), the cipher text and its tag; the team is bound to
 * it, so that another team's row is no use.
 */
@Component
class SecretCipher {

    private static final String ALGORITHM = "AES/GCM/NoPadding";
    private static final byte VERSION = 1;
    private static final int KEY_BYTES = 32;
    private static final int KEY_ID_BYTES = 4;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Supplier<String> keys;

    SecretCipher(WebhookSettings settings) {
        String given = settings.webhooksKey();
        Path file = settings.webhooksKeyFile();
        if (given != null && !given.isBlank()) {
            String fixed = checked(given.strip());
            keys = () -> fixed;
        } else if (file != null && !file.toString().isBlank()) {
            keys =
                    SecretFile.open("SEEDGATE_WEBHOOKS_KEY_FILE", file, SecretCipher::checked)
                            ::value;
        } else {
            keys = () -> "";
        }
    }

    /** {@code WEBHOOKS_UNAVAILABLE} without a key. */
    byte[] encrypt(String secret, long team) {
        List<SecretKey> known = keys();
        if (known.isEmpty()) {
            throw new ApiException(
                    ErrorCode.WEBHOOKS_UNAVAILABLE,
                    "This gateway has no SEEDGATE_WEBHOOKS_KEY, which endpoints' secrets are encrypted with; ask the operators to set one.",
                    Duration.ofMinutes(1));
        }
        SecretKey key = known.getFirst();
        byte[] nonce = new byte[NONCE_BYTES];
        RANDOM.nextBytes(nonce);
        byte[] text =
                crypt(
                        Cipher.ENCRYPT_MODE,
                        key,
                        nonce,
                        team,
                        secret.getBytes(StandardCharsets.UTF_8));
        return ByteBuffer.allocate(1 + KEY_ID_BYTES + NONCE_BYTES + text.length)
                .put(VERSION)
                .put(id(key))
                .put(nonce)
                .put(text)
                .array();
    }

    /** Throws what may be shown when its key is gone, or it is none of this team's. */
    String decrypt(byte[] stored, long team) {
        ByteBuffer buffer = ByteBuffer.wrap(stored);
        byte version = buffer.get();
        byte[] id = new byte[KEY_ID_BYTES];
        byte[] nonce = new byte[NONCE_BYTES];
        buffer.get(id).get(nonce);
        byte[] text = new byte[buffer.remaining()];
        buffer.get(text);
        SecretKey key =
                keys().stream()
                        .filter(it -> version == VERSION && Arrays.equals(id(it), id))
                        .findFirst()
                        .orElseThrow(() ->
                                new IllegalStateException(
                                        "the gateway no longer has the key that the endpoint's secret is encrypted with"));
        return new String(
                crypt(Cipher.DECRYPT_MODE, key, nonce, team, text), StandardCharsets.UTF_8);
    }

    /** Which key encrypts now, as it stands in what is stored; empty without one. */
    Optional<byte[]> keyId() {
        return keys().stream().findFirst().map(SecretCipher::id);
    }

    private static byte[] crypt(int mode, SecretKey key, byte[] nonce, long team, byte[] text) {
        try {
            Cipher cipher = Cipher.getInstance(ALGORITHM);
            cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
            cipher.updateAAD(ByteBuffer.allocate(Long.BYTES).putLong(team).array());
            return cipher.doFinal(text);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the endpoint's secret can't be decrypted", e);
        }
    }

    private List<SecretKey> keys() {
        return Arrays.stream(keys.get().split(","))
                .map(String::strip)
                .filter(it -> !it.isEmpty())
                .<SecretKey>map(it -> new SecretKeySpec(Base64.getDecoder().decode(it), "AES"))
                .toList();
    }

    private static byte[] id(SecretKey key) {
        return Arrays.copyOf(Sha256.of(key.getEncoded()), KEY_ID_BYTES);
    }

    private static String checked(String keys) {
        for (String key : keys.split(",", -1)) {
            if (!isKey(key.strip())) {
                throw new StartupException(
                        "SEEDGATE_WEBHOOKS_KEY (or its file) must be 32 bytes in base64, or several of these with commas between; make one with: openssl rand -base64 32");
            }
        }
        return keys;
    }

    private static boolean isKey(String text) {
        try {
            return Base64.getDecoder().decode(text).length == KEY_BYTES;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }
}
