package dev.seedgate.platform.web.edge;

import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.web.api.ErrorResponseWriter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Filter that refuses bodies that are too large, announced or not, compressed, not JSON or not
 * UTF-8, before anything reads them. Stands behind the key filter: without a key all get 401. What
 * gateways and meshes make of a request on its way is read as it was meant: a chunked body of
 * length nothing is no body, a query parameter left empty is absent.
 */
public class RequestBodyFilter extends OncePerRequestFilter {

    // What a stream answers at its end.
    private static final int NONE = -1;
    private static final int UNREAD = -2;

    private final long maxBytes;
    private final ErrorResponseWriter errors;

    public RequestBodyFilter(long maxBytes, ErrorResponseWriter errors) {
        this.maxBytes = maxBytes;
        this.errors = errors;
    }

    @Override
    protected void doFilterInternal(
            HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        boolean chunked = request.getHeader(HttpHeaders.TRANSFER_ENCODING) != null;
        try {
            if (request.getContentLengthLong() > maxBytes) {
                throw tooLarge();
            }
            if (request.getHeader(HttpHeaders.CONTENT_ENCODING) != null) {
                throw unsupported("Send the body without Content-Encoding.");
            }
            // A client that sends Expect has a body, and waits for the 100 before it sends it.
            int first =
                    chunked && request.getHeader(HttpHeaders.EXPECT) == null
                            ? request.getInputStream().read()
                            : UNREAD;
            if (first != NONE && (chunked || request.getContentLengthLong() > 0)) {
                checkType(request.getContentType());
            }
            chain.doFilter(
                    first == NONE
                            ? new BodilessRequest(request)
                            : new LimitedRequest(request, first),
                    response);
        } catch (ApiException e) {
            errors.write(request, response, e);
        }
    }

    private static void checkType(String contentType) {
        try {
            MediaType type =
                    contentType == null ? MediaType.ALL : MediaType.parseMediaType(contentType);
            if (!MediaType.APPLICATION_JSON.equalsTypeAndSubtype(type)) {
                throw unsupported("Send the body as Content-Type: application/json.");
            }
            Charset charset = type.getCharset();
            if (charset != null && !charset.equals(StandardCharsets.UTF_8)) {
                throw unsupported("Send the body in UTF-8.");
            }
        } catch (InvalidMediaTypeException e) {
            throw unsupported("The Content-Type is malformed; send application/json.");
        }
    }

    private static ApiException unsupported(String message) {
        return new ApiException(ErrorCode.UNSUPPORTED_MEDIA_TYPE, message);
    }

    private ApiException tooLarge() {
        return new ApiException(
                ErrorCode.PAYLOAD_TOO_LARGE,
                "The body is larger than " + maxBytes + " bytes, the most that is taken.");
    }

    /** A request without the query parameters that were left empty. */
    private static class NormalizedRequest extends HttpServletRequestWrapper {

        private @Nullable Map<String, String[]> parameters;

        NormalizedRequest(HttpServletRequest request) {
            super(request);
        }

        @Override
        public Map<String, String[]> getParameterMap() {
            Map<String, String[]> given = parameters;
            if (given == null) {
                given = new LinkedHashMap<>();
                for (Map.Entry<String, String[]> each : super.getParameterMap().entrySet()) {
                    String[] values =
                            Stream.of(each.getValue())
                                    .filter(value -> !value.isEmpty())
                                    .toArray(String[]::new);
                    if (values.length > 0) {
                        given.put(each.getKey(), values);
                    }
                }
                parameters = given;
            }
            return given;
        }

        @Override
        public Enumeration<String> getParameterNames() {
            return Collections.enumeration(getParameterMap().keySet());
        }

        @Override
        public String @Nullable [] getParameterValues(String name) {
            return getParameterMap().get(name);
        }

        @Override
        public @Nullable String getParameter(String name) {
            String[] values = getParameterMap().get(name);
            return values == null ? null : values[0];
        }
    }

    /** A request whose chunks held nothing. */
    private static final class BodilessRequest extends NormalizedRequest {

        private static final List<String> BODY_HEADERS =
                List.of(HttpHeaders.TRANSFER_ENCODING, HttpHeaders.CONTENT_TYPE);

        BodilessRequest(HttpServletRequest request) {
            super(request);
        }

        @Override
        public @Nullable String getHeader(String name) {
            return isBodyHeader(name) ? null : super.getHeader(name);
        }

        @Override
        public Enumeration<String> getHeaders(String name) {
            return isBodyHeader(name) ? Collections.emptyEnumeration() : super.getHeaders(name);
        }

        @Override
        public Enumeration<String> getHeaderNames() {
            return Collections.enumeration(
                    Collections.list(super.getHeaderNames()).stream()
                            .filter(name -> !isBodyHeader(name))
                            .toList());
        }

        @Override
        public @Nullable String getContentType() {
            return null;
        }

        private static boolean isBodyHeader(String name) {
            return BODY_HEADERS.stream().anyMatch(name::equalsIgnoreCase);
        }
    }

    /** Counts what is read, because a chunked body does not say its length. */
    private final class LimitedRequest extends NormalizedRequest {

        private final int first;
        private @Nullable CountingInputStream body;

        LimitedRequest(HttpServletRequest request, int first) {
            super(request);
            this.first = first;
        }

        @Override
        public ServletInputStream getInputStream() throws IOException {
            CountingInputStream counted = body;
            if (counted == null) {
                counted = new CountingInputStream(super.getInputStream(), first);
                body = counted;
            }
            return counted;
        }
    }

    private final class CountingInputStream extends ServletInputStream {

        private final ServletInputStream body;
        private int first;
        private long read;

        /**
         * @param first the body's first byte, read already, or {@link #UNREAD}
         */
        CountingInputStream(ServletInputStream body, int first) {
            this.body = body;
            this.first = first;
        }

        @Override
        public int read() throws IOException {
            int next = first == UNREAD ? body.read() : first;
            first = UNREAD;
            count(next < 0 ? 0 : 1);
            return next;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (first != UNREAD && length > 0) {
                bytes[offset] = (byte) read();
                return 1;
            }
            int count = body.read(bytes, offset, length);
            count(Math.max(0, count));
            return count;
        }

        private void count(int more) {
            read += more;
            if (read > maxBytes) {
                throw tooLarge();
            }
        }

        @Override
        public boolean isFinished() {
            return first == UNREAD && body.isFinished();
        }

        @Override
        public boolean isReady() {
            return first != UNREAD || body.isReady();
        }

        @Override
        public void setReadListener(ReadListener listener) {
            body.setReadListener(listener);
        }
    }
}
