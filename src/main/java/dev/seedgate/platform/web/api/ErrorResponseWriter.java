package dev.seedgate.platform.web.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.seedgate.platform.telemetry.TaskScope;
import dev.seedgate.platform.telemetry.TeamMetrics;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.RequestId;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writer of every refusal, wherever in the server it comes from: the vendor's envelope for teams,
 * problem details (RFC 9457) for admins, a page in the console. The first two are JSON whatever the
 * client accepts, so that every client can read the error code.
 */
@Component
public class ErrorResponseWriter {

    private static final MediaType ENVELOPE = MediaType.APPLICATION_JSON;

    private final JsonMapper json;
    private final AuthFailureThrottle throttle;
    private final TeamMetrics meters;
    private final MeterRegistry registry;
    private final HtmlErrorPage page;

    ErrorResponseWriter(
            JsonMapper json,
            AuthFailureThrottle throttle,
            TeamMetrics meters,
            MeterRegistry registry,
            HtmlErrorPage page) {
        this.json = json;
        this.throttle = throttle;
        this.meters = meters;
        this.registry = registry;
        this.page = page;
    }

    public void write(
            HttpServletRequest request, HttpServletResponse response, ApiException refusal)
            throws IOException {
        ApiException answer =
                refusal.code() == ErrorCode.INVALID_API_KEY
                        ? throttle.onFailure(request.getRemoteAddr(), refusal)
                        : refusal;
        write(request, response, answer.code(), answer.message(), answer.retryAfter());
    }

    public void write(
            HttpServletRequest request,
            HttpServletResponse response,
            ErrorCode code,
            String message,
            @Nullable Duration retryAfter)
            throws IOException {
        if (response.isCommitted()) {
            return;
        }
        String id = id(request, response);
        boolean admin = RequestPath.of(request).startsWith("/admin/");
        count(request, code, admin);
        response.resetBuffer();
        response.setStatus(code.status());
        if (retryAfter != null) {
            response.setHeader(HttpHeaders.RETRY_AFTER, String.valueOf(wholeSeconds(retryAfter)));
        }
        if (code == ErrorCode.INVALID_API_KEY) {
            response.setHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
        }
        if (page.isFor(request)) {
            page.write(request, response, code, message, id);
            return;
        }
        Object body =
                admin
                        ? Problem.of(code, message, id)
                        : new Envelope(code.status(), message, code, id);
        MediaType type = admin ? MediaType.APPLICATION_PROBLEM_JSON : ENVELOPE;
        response.setContentType(type.toString());
        response.getOutputStream().write(json.writeValueAsBytes(body));
    }

    /** The request's id; made here if the server refused it before the filters. */
    private static String id(HttpServletRequest request, HttpServletResponse response) {
        if (request.getAttribute(RequestId.ATTRIBUTE) instanceof String given) {
            return given;
        }
        String id = RequestId.next();
        response.setHeader(RequestId.HEADER, id);
        return id;
    }

    private void count(HttpServletRequest request, ErrorCode code, boolean admin) {
        if (code == ErrorCode.INVALID_API_KEY || code == ErrorCode.RATE_LIMITED) {
            String api = admin ? "admin" : "team";
            registry.counter("seedgate.authentication.failures", "door", api, "error", code.name())
                    .increment();
        }
        if (RequestPath.of(request).equals("/api/generate")) {
            meters.created(code.name(), MDC.get(TaskScope.TEAM));
        }
    }

    /** Rounded up: waiting too short is refused again. */
    private static long wholeSeconds(Duration duration) {
        return Math.max(1, duration.plusNanos(999_999_999).toSeconds());
    }

    @JsonPropertyOrder({"code", "message", "error", "request_id"})
    private record Envelope(
            int code,
            String message,
            ErrorCode error,
            @JsonProperty("request_id") String requestId) {}

    @JsonPropertyOrder({"type", "title", "status", "detail", "error", "request_id"})
    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Problem(
            String type,
            String title,
            int status,
            String detail,
            ErrorCode error,
            @JsonProperty("request_id") String requestId) {

        static Problem of(ErrorCode code, String detail, String requestId) {
            String words = code.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
            String title = Character.toUpperCase(words.charAt(0)) + words.substring(1);
            return new Problem("about:blank", title, code.status(), detail, code, requestId);
        }
    }
}
