package dev.seedgate.platform.values;

import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Names the request that is being served: the response header, the request attribute and the key in
 * the log.
 */
public final class RequestId {

    /** The response header. */
    public static final String HEADER = "X-Request-Id";

    /** The servlet request attribute, set before anything else sees the request. */
    public static final String ATTRIBUTE = "seedgate.request-id";

    /** The key in the logging context. */
    public static final String LOG_KEY = "request_id";

    private RequestId() {}

    /** Another one: 16 hexadecimal digits. */
    public static String next() {
        return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    }
}
