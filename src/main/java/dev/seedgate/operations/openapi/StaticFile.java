package dev.seedgate.operations.openapi;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.web.HttpRequestHandler;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.servlet.support.WebContentGenerator;

/**
 * A file that is the same for everybody: bytes that are made once, with an ETag. Nothing of a
 * request goes into them, so whatever strangers send, there is one of each.
 */
final class StaticFile extends WebContentGenerator implements HttpRequestHandler {

    private final MediaType type;
    private final Source source;
    private volatile @Nullable Made made;

    /**
     * @param source asked once, for the first who wants it
     */
    StaticFile(MediaType type, Source source) {
        super(HttpMethod.GET.name(), HttpMethod.HEAD.name());
        // Kept by browsers, and asked for again by its ETag: a new version shows at once.
        setCacheControl(CacheControl.noCache());
        this.type = type;
        this.source = source;
    }

    @Override
    public void handleRequest(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        checkRequest(request);
        prepareResponse(response);
        Made file = made(request);
        if (new ServletWebRequest(request, response).checkNotModified(file.etag)) {
            return;
        }
        response.setContentType(type.toString());
        response.setContentLength(file.bytes.length);
        if (!HttpMethod.HEAD.matches(request.getMethod())) {
            response.getOutputStream().write(file.bytes);
        }
    }

    private Made made(HttpServletRequest request) throws IOException {
        Made known = made;
        if (known != null) {
            return known;
        }
        synchronized (this) {
            Made first = made;
            if (first == null) {
                first = new Made(source.make(request));
                made = first;
            }
            return first;
        }
    }

    /** Where the bytes come from. */
    @FunctionalInterface
    interface Source {
        byte[] make(HttpServletRequest first) throws IOException;
    }

    private static final class Made {

        private final byte[] bytes;
        private final String etag;

        Made(byte[] bytes) {
            this.bytes = bytes;
            try {
                byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
                etag = '"' + HexFormat.of().formatHex(digest, 0, 16) + '"';
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java has SHA-256", e);
            }
        }
    }
}
