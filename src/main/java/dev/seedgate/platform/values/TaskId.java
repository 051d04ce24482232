package dev.seedgate.platform.values;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The gateway's own name of a task, in the vendor's form: {@code sd15p_} and 15 to 64 letters and
 * digits. New ones sort by time (48 bits of milliseconds), can't be guessed (80 random bits) and
 * end with the cell that made them; older ones have no such end and sort among them by time all the
 * same.
 */
public record TaskId(String value) {

    private static final String PREFIX = "sd15p_";
    private static final Pattern FORM = Pattern.compile("sd15p_[A-Za-z0-9]{15,64}");
    // In ASCII order, so that ids sort as their numbers do.
    private static final String DIGITS =
            "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final BigInteger BASE = BigInteger.valueOf(62);
    // 62^22 > 2^128
    private static final int LENGTH = 22;
    private static final int RANDOM_BITS = 80;
    private static final long LAST_MILLISECOND = (1L << 48) - 1;
    private static final SecureRandom RANDOM = new SecureRandom();

    public TaskId {
        if (!FORM.matcher(value).matches()) {
            throw new IllegalArgumentException("not a task id");
        }
    }

    /** The id in this text, or empty when it is malformed. */
    public static Optional<TaskId> parse(String text) {
        return FORM.matcher(text).matches() ? Optional.of(new TaskId(text)) : Optional.empty();
    }

    /**
     * A new one.
     *
     * @param cell a letter or digit: whose database it is in
     */
    public static TaskId create(Instant now, char cell) {
        byte[] bits = new byte[16];
        RANDOM.nextBytes(bits);
        return new TaskId(PREFIX + digits(now.toEpochMilli(), bits) + cell);
    }

    /**
     * The least id of this moment: those made before sort below it, those made from then on not.
     */
    public static TaskId first(Instant moment) {
        long milliseconds = Math.clamp(moment.toEpochMilli(), 0, LAST_MILLISECOND);
        return new TaskId(PREFIX + digits(milliseconds, new byte[16]));
    }

    /** When it was made, by the clock of whoever made it, to the millisecond. */
    public Instant time() {
        BigInteger number = BigInteger.ZERO;
        // What follows is the cell.
        for (char digit :
                value.substring(PREFIX.length(), PREFIX.length() + LENGTH).toCharArray()) {
            number = number.multiply(BASE).add(BigInteger.valueOf(DIGITS.indexOf(digit)));
        }
        return Instant.ofEpochMilli(number.shiftRight(RANDOM_BITS).longValue());
    }

    private static String digits(long milliseconds, byte[] bits) {
        ByteBuffer.wrap(bits).putShort((short) (milliseconds >> 32)).putInt((int) milliseconds);
        BigInteger number = new BigInteger(1, bits);
        char[] text = new char[LENGTH];
        for (int i = LENGTH - 1; i >= 0; i--) {
            BigInteger[] parts = number.divideAndRemainder(BASE);
            text[i] = DIGITS.charAt(parts[1].intValue());
            number = parts[0];
        }
        return new String(text);
    }

    @Override
    public String toString() {
        return value;
    }
}
