package dev.seedgate.access.apikey;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.SecureRandom;
import java.util.zip.CRC32;

/**
 * Format of a key's text: a prefix for its kind, 32 random characters and a checksum of 6, which
 * lets a mistyped or cut key be refused without a look into the database, and secret scanners be
 * sure.
 */
public enum ApiKeyFormat {
    /** A team's, for example {@code sg_0123456789ABCDEFGHIJKLMNOPQRSTUV0ykxlY}. */
    TEAM("sg_"),
    /** An admin's. */
    ADMIN("sga_");

    private static final String ALPHABET =
            "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /** 190 bits: none is guessed, and two are never alike. */
    private static final int RANDOM_LENGTH = 32;

    /** 62^6 is the first power of 62 above 2^32. */
    private static final int CHECKSUM_LENGTH = 6;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final String prefix;

    ApiKeyFormat(String prefix) {
        this.prefix = prefix;
    }

    /** The text of a new key. */
    public String generate() {
        StringBuilder text = new StringBuilder(prefix);
        for (int i = 0; i < RANDOM_LENGTH; i++) {
            text.append(ALPHABET.charAt(RANDOM.nextInt(ALPHABET.length())));
        }
        return text + checksum(text.toString());
    }

    /** Whether the text can be such a key at all: prefix, length, characters and checksum. */
    public boolean wellFormed(String text) {
        return text.length() == checkedLength() + CHECKSUM_LENGTH
                && text.startsWith(prefix)
                && text.chars().skip(prefix.length()).allMatch(c -> ALPHABET.indexOf(c) >= 0)
                && text.endsWith(checksum(text.substring(0, checkedLength())));
    }

    /** Its first and last characters: enough to tell keys apart, too few to use one. */
    public String hint(String text) {
        return text.substring(0, prefix.length() + 4) + "…" + text.substring(text.length() - 4);
    }

    private int checkedLength() {
        return prefix.length() + RANDOM_LENGTH;
    }

    private static String checksum(String text) {
        CRC32 crc = new CRC32();
        crc.update(text.getBytes(UTF_8));
        char[] digits = new char[CHECKSUM_LENGTH];
        long rest = crc.getValue();
        for (int i = CHECKSUM_LENGTH - 1; i >= 0; i--) {
            digits[i] = ALPHABET.charAt((int) (rest % ALPHABET.length()));
            rest /= ALPHABET.length();
        }
        return new String(digits);
    }
}
