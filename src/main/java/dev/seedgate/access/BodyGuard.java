package dev.seedgate.access;

import dev.seedgate.shared.ErrorCode;
import dev.seedgate.shared.GatewayException;
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
import org.springframework.http.HttpHeaders;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Refuses bodies that are too large, announced or not, compressed, not JSON or not UTF-8, before
 * anything reads them. Stands behind the key filter: strangers are told nothing but 401.
 */
class BodyGuard extends OncePerRequestFilter {

    private final long maxBytes;
    private final Refusals refusals;

    BodyGuard(long maxBytes, Refusals refusals) {
        this.maxBytes = maxBytes;
        this.refusals = refusals;
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
            if (chunked || request.getContentLengthLong() > 0) {
                checkType(request.getContentType());
            }
        } catch (GatewayException e) {
            refusals.write(request, response, e);
            return;
        }
        chain.doFilter(new Limited(request), response);
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

    private static GatewayException unsupported(String message) {
        return new GatewayException(ErrorCode.UNSUPPORTED_MEDIA_TYPE, message);
    }

    private GatewayException tooLarge() {
        return new GatewayException(
                ErrorCode.PAYLOAD_TOO_LARGE,
                "The body is larger than " + maxBytes + " bytes, the most that is taken.");
    }

    /** Counts what is read, because a chunked body does not say its length. */
    private final class Limited extends HttpServletRequestWrapper {

        Limited(HttpServletRequest request) {
            super(request);
        }

        @Override
        public ServletInputStream getInputStream() throws IOException {
            return new Counted(super.getInputStream());
        }
    }

    private final class Counted extends ServletInputStream {

        private final ServletInputStream body;
        private long read;

        Counted(ServletInputStream body) {
            this.body = body;
        }

        @Override
        public int read() throws IOException {
            int next = body.read();
            count(next < 0 ? 0 : 1);
            return next;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
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
            return body.isFinished();
        }

        @Override
        public boolean isReady() {
            return body.isReady();
        }

        @Override
        public void setReadListener(ReadListener listener) {
            body.setReadListener(listener);
        }
    }
}
