package dev.seedgate.task.clip;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Stream of a clip on its way into the storage: hashed as it passes. It remembers how reading
 * failed, so that the vendor's failures and the storage's are told apart.
 */
final class HashedStream extends InputStream {

    private final InputStream in;
    private final MessageDigest digest;
    private @Nullable IOException failure;

    HashedStream(InputStream in) {
        this.in = in;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        try {
            int bytes = in.read(buffer, offset, length);
            if (bytes > 0) {
                digest.update(buffer, offset, bytes);
            }
            return bytes;
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    /** How reading failed, or null. */
    @Nullable IOException failure() {
        return failure;
    }

    /** The SHA-256 of all that was read, in hexadecimal; once. */
    String sha256() {
        return HexFormat.of().formatHex(digest.digest());
    }
}
