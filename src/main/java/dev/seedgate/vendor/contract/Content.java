package dev.seedgate.vendor.contract;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Body of an answer, reduced to what is needed however much came: its beginning and the JSON object
 * in it.
 *
 * @param start its first characters, at most 10,000
 * @param length of the whole, in characters
 */
public record Content(String start, int length, LenientJson json) {

    /** Proxies in a row may each compress. */
    private static final int MAX_CODINGS = 3;

    public static Content of(String text) {
        return new Content(PromptRedactor.searched(text), text.length(), LenientJson.read(text));
    }

    /** Result of decoding: what could be read, and whether that is all of it. */
    public record Decoded(Content content, boolean whole) {}

    /**
     * Unpacks and reads a body. Takes a time in proportion to the larger of both sizes.
     *
     * @param encoding the header {@code Content-Encoding}, which may be wrong
     * @param maxBytes more is not decoded
     */
    public static Decoded decode(byte[] body, @Nullable String encoding, int maxBytes) {
        byte[] bytes = body;
        boolean whole = true;
        for (int i = 0; i < MAX_CODINGS; i++) {
            @Nullable Coding coding = Coding.of(bytes, encoding);
            if (coding == null) {
                break;
            }
            ByteArrayOutputStream decoded = new ByteArrayOutputStream();
            boolean ended = coding.decode(bytes, decoded, maxBytes);
            if (decoded.size() == 0 || (!ended && coding == Coding.DEFLATE && isText(bytes))) {
                break;
            }
            whole &= ended;
            bytes = decoded.toByteArray();
        }
        return new Decoded(of(new String(bytes, charset(bytes))), whole);
    }

    /** Whether it begins like one; bare deflate has no mark of its own. */
    private static boolean isText(byte[] bytes) {
        return "{[<\" \t\r\n".indexOf(bytes[0]) >= 0 || (bytes[0] & 0xff) == 0xef;
    }

    /** By the byte order mark or the zeros of the first, always ASCII, letters. */
    private static Charset charset(byte[] bytes) {
        if (bytes.length < 2) {
            return StandardCharsets.UTF_8;
        }
        int first = bytes[0] & 0xff;
        int second = bytes[1] & 0xff;
        if ((first == 0xfe && second == 0xff) || (first == 0 && second != 0)) {
            return StandardCharsets.UTF_16BE;
        }
        boolean little = (first == 0xff && second == 0xfe) || (first != 0 && second == 0);
        return little ? StandardCharsets.UTF_16LE : StandardCharsets.UTF_8;
    }

    /** Told by the bytes, not by the header: proxies unpack or pack and forget to say so. */
    private enum Coding {
        GZIP,
        ZLIB,
        DEFLATE;

        static @Nullable Coding of(byte[] bytes, @Nullable String encoding) {
            if (bytes.length < 3) {
                return null;
            }
            int first = bytes[0] & 0xff;
            int second = bytes[1] & 0xff;
            if (first == 0x1f && second == 0x8b) {
                return GZIP;
            }
            if ((first & 0x0f) == 8 && (first * 256 + second) % 31 == 0) {
                return ZLIB;
            }
            boolean declared =
                    encoding != null && encoding.toLowerCase(Locale.ROOT).contains("deflate");
            return declared ? DEFLATE : null;
        }

        /** Whether it came to its end; what came until then is kept. */
        boolean decode(byte[] bytes, ByteArrayOutputStream into, int maxBytes) {
            Inflater raw = new Inflater(true);
            try (InputStream in = open(new ByteArrayInputStream(bytes), raw)) {
                byte[] buffer = new byte[8192];
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    int room = maxBytes - into.size();
                    into.write(buffer, 0, Math.min(read, room));
                    if (read > room) {
                        return false;
                    }
                }
                return true;
            } catch (IOException e) {
                return false;
            } finally {
                raw.end();
            }
        }

        private InputStream open(InputStream in, Inflater raw) throws IOException {
            return switch (this) {
                case GZIP -> new GZIPInputStream(in);
                case ZLIB -> new InflaterInputStream(in);
                case DEFLATE -> new InflaterInputStream(in, raw);
            };
        }
    }
}
