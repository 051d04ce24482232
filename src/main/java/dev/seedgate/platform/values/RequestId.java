package dev.seedgate.platform.values;

import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Id of the request that is being served, and where it stands: a response header, a request
 * attribute and a key in the log.
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
