package dev.seedgate.team;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.zip.CRC32;

/** The text of a team's API key. */
public final class KeyText {

    private static final String DIGITS =
            "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final SecureRandom RANDOM = new SecureRandom();

    private KeyText() {}

    public static String generate() {
        StringBuilder text = new StringBuilder("sg_");
        RANDOM.ints(32, 0, 62).forEach(i -> text.append(DIGITS.charAt(i)));
        return text + checksum(text.toString());
    }

    public static boolean wellFormed(String text) {
        return text.matches("sg_[0-9A-Za-z]{38}") && text.endsWith(checksum(text.substring(0, 35)));
    }

    public static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String checksum(String text) {
        CRC32 crc = new CRC32();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        long value = crc.getValue();
        StringBuilder digits = new StringBuilder();
        for (int i = 0; i < 6; i++) {
            digits.insert(0, DIGITS.charAt((int) (value % 62)));
            value /= 62;
        }
        return digits.toString();
    }
}
