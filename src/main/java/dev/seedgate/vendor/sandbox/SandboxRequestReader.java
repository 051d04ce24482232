package dev.seedgate.vendor.sandbox;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.util.UriComponentsBuilder;
import org.springframework.web.util.UriUtils;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reader of requests: a body counts as JSON whatever its Content-Type, it is read only after the
 * key is checked, and every refusal is the vendor's.
 */
@SandboxOnly
@Component
class SandboxRequestReader {

    private static final String SCHEME = "Bearer ";

    private final JsonMapper json;
    private final SandboxSettings settings;

    SandboxRequestReader(JsonMapper json, SandboxSettings settings) {
        this.json = json;
        this.settings = settings;
    }

    /**
     * Refuses other machines and wrong keys; callers by a proxy on this machine are told apart by
     * the key.
     */
    void requireKey(HttpServletRequest request) {
        if (!settings.sandboxAllowRemote() && !isLoopback(request.getRemoteAddr())) {
            throw new SandboxException(403, "The sandbox answers its own machine only.");
        }
        String header = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (header == null
                || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                || !isKey(header.substring(SCHEME.length()).strip())) {
            throw new SandboxException(401, "Missing or invalid API key.");
        }
    }

    JsonNode body(HttpServletRequest request) {
        try {
            int limit = Math.toIntExact(settings.sandboxMaxBody().toBytes());
            byte[] body = request.getInputStream().readNBytes(limit + 1);
            if (body.length > limit) {
                throw new SandboxException(413, "The request is too large.");
            }
            JsonNode posted = json.readTree(body);
            if (!posted.isObject()) {
                throw new SandboxException(400, "The body must be a JSON object.");
            }
            return posted;
        } catch (IOException | JacksonException e) {
            throw new SandboxException(400, "The body is not readable as JSON.");
        }
    }

    /** From the query string itself: asking the server for parameters would eat a form's body. */
    @Nullable String queriedTaskId(HttpServletRequest request) {
        String queried =
                UriComponentsBuilder.newInstance()
                        .query(request.getQueryString())
                        .build()
                        .getQueryParams()
                        .getFirst("task_id");
        try {
            return queried == null ? null : UriUtils.decode(queried, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new SandboxException(400, "task_id is not a valid query parameter");
        }
    }

    @Nullable String postedTaskId(HttpServletRequest request) {
        JsonNode taskId = body(request).path("task_id");
        return taskId.isString() ? taskId.stringValue() : null;
    }

    private static boolean isLoopback(String address) {
        try {
            return InetAddress.ofLiteral(address).isLoopbackAddress();
        } catch (IllegalArgumentException _) {
            // A link-local address of an interface that is gone, for one.
            return false;
        }
    }

    private boolean isKey(String sent) {
        return MessageDigest.isEqual(
                sent.getBytes(StandardCharsets.UTF_8),
                settings.sandboxApiKey().getBytes(StandardCharsets.UTF_8));
    }
}
