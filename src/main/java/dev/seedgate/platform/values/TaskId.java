package dev.seedgate.platform.values;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Optional;

/**
 * The gateway's own name of a task, in the vendor's form: {@code sd15p_} and 15 to 64 letters and
 * digits. New ones sort by time (48 bits of milliseconds), can't be guessed (80 random bits) and
 * end with the cell that made them; older ones have no such end and sort among them by time all the
 * same.
 */
public record TaskId(String value) {

    private static final String PREFIX = "sd15p_";
    private static final int SHORTEST = 15;
    private static final int LONGEST = 64;
    // In ASCII order, so that ids sort as their numbers do.
    private static final String DIGITS =
            "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final int BASE = 62;
    // 62^22 > 2^128
    private static final int LENGTH = 22;
    private static final int RANDOM_BYTES = 10;
    private static final long LAST_MILLISECOND = (1L << 48) - 1;
    private static final SecureRandom RANDOM = new SecureRandom();

    public TaskId {
        if (!isWellFormed(value)) {
            throw new IllegalArgumentException("not a task id");
        }
    }

    /** The id in this text, or empty when it is malformed. */
    public static Optional<TaskId> parse(String text) {
        return isWellFormed(text) ? Optional.of(new TaskId(text)) : Optional.empty();
    }

    /**
     * A new one.
     *
     * @param cell a letter or digit: whose database it is in
     */
    public static TaskId create(Instant now, char cell) {
        byte[] random = new byte[RANDOM_BYTES];
        RANDOM.nextBytes(random);
        return new TaskId(PREFIX + digits(now.toEpochMilli(), random) + cell);
    }

    /**
     * The least id of this moment: those made before sort below it, those made from then on not.
     */
    public static TaskId first(Instant moment) {
        long milliseconds = Math.clamp(moment.toEpochMilli(), 0, LAST_MILLISECOND);
        return new TaskId(PREFIX + digits(milliseconds, new byte[RANDOM_BYTES]));
    }

    /** When it was made, by the clock of whoever made it, to the millisecond. */
    public Instant time() {
        long[] number = new long[4];
        // What follows is the cell.
        for (int i = 0; i < LENGTH; i++) {
            long carry = DIGITS.indexOf(value.charAt(PREFIX.length() + i));
            for (int part = number.length - 1; part >= 0; part--) {
                long product = number[part] * BASE + carry;
                number[part] = product & 0xffff_ffffL;
                carry = product >>> 32;
            }
        }
        return Instant.ofEpochMilli(number[0] << 16 | number[1] >>> 16);
    }

    /**
     * A number of 128 bits as four of 32, the highest first: each create needs its digits, and its
     * time once more, and as {@link java.math.BigInteger}s they were an eighth of what a create
     * allocates.
     */
    private static String digits(long milliseconds, byte[] random) {
        ByteBuffer rest = ByteBuffer.wrap(random);
        long[] number = {
            milliseconds >>> 16,
            (milliseconds & 0xffff) << 16 | Short.toUnsignedLong(rest.getShort()),
            Integer.toUnsignedLong(rest.getInt()),
            Integer.toUnsignedLong(rest.getInt())
        };
        char[] text = new char[LENGTH];
        for (int i = LENGTH - 1; i >= 0; i--) {
            long remainder = 0;
            for (int part = 0; part < number.length; part++) {
                long dividend = remainder << 32 | number[part];
                number[part] = dividend / BASE;
                remainder = dividend % BASE;
            }
            text[i] = DIGITS.charAt((int) remainder);
        }
        return new String(text);
    }

    private static boolean isWellFormed(String text) {
        int length = text.length() - PREFIX.length();
        return text.startsWith(PREFIX)
                && length >= SHORTEST
                && length <= LONGEST
                && text.chars().skip(PREFIX.length()).allMatch(c -> DIGITS.indexOf(c) >= 0);
    }

    @Override
    public String toString() {
        return value;
    }
}
