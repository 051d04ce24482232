package dev.seedgate.task.clip;

import dev.seedgate.access.team.AuthenticatedTeam;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.vendor.media.Media;
import dev.seedgate.vendor.media.MediaClient;
import dev.seedgate.vendor.media.MediaException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.coyote.CloseNowException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpRange;
import org.springframework.stereotype.Service;

/**
 * The delivery of clips as answers to requests, whole or in part, for teams and for the console. It
 * holds no connection to the database while the bytes flow.
 */
@Service
public class ClipDelivery {

    private static final Logger log = LoggerFactory.getLogger(ClipDelivery.class);

    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);
    private static final int BUFFER_BYTES = 32_768;
    private static final Map<String, String> ENDINGS =
            Map.of("video/webm", ".webm", "video/quicktime", ".mov");

    private final ClipQueries queries;
    private final MediaClient media;
    private final StreamLimit limit;

    ClipDelivery(ClipQueries queries, MediaClient media, StreamLimit limit) {
        this.queries = queries;
        this.media = media;
        this.limit = limit;
    }

    /** Answers with the clip of a team's own task. */
    public void send(
            TaskId id,
            AuthenticatedTeam caller,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        send(queries.find(id, caller), request, response);
    }

    /** Answers with the clip of any team's task, to somebody who may see all of them. */
    public void send(TaskId id, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        send(queries.find(id), request, response);
    }

    private void send(FoundClip clip, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        try (StreamLimit.Place _ = limit.take(clip.teamId())) {
            sendFromVendor(clip, request, response);
        }
    }

    private void sendFromVendor(
            FoundClip clip, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        // Without a validator of the whole, If-Range can't be met: then the whole is sent.
        HttpRange range = request.getHeader(HttpHeaders.IF_RANGE) == null ? range(request) : null;
        try (Media found = media.open(clip.url(), range == null ? null : "bytes=" + range)) {
            Media.Head head = found.head();
            if (head.status() == HttpServletResponse.SC_REQUESTED_RANGE_NOT_SATISFIABLE) {
                throw noSuchPart(response, head.contentRange());
            }
            send(
                    new Part(
                            head.status(),
                            head.type(),
                            head.length(),
                            head.contentRange(),
                            head.takesRanges()),
                    found.body(),
                    clip,
                    request,
                    response);
        } catch (MediaException e) {
            log.info("task {}: its clip could not be had: {}", clip.task(), e.message());
            if (response.isCommitted()) {
                // Half a clip must not look like a whole one.
                throw new CloseNowException(e);
            }
            throw explain(e);
        }
    }

    /** Nothing of it is written before the first bytes are there: until then it can be refused. */
    private static void send(
            Part part,
            InputStream from,
            FoundClip clip,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        int bytes = isHead(request) ? -1 : from.read(buffer);
        describe(response, clip, part);
        while (bytes >= 0) {
            response.getOutputStream().write(buffer, 0, bytes);
            if (!response.isCommitted()) {
                response.flushBuffer();
            }
            bytes = from.read(buffer);
        }
    }

    private static ApiException explain(MediaException e) {
        return switch (e.reason()) {
            case DEAD ->
                    new ApiException(
                            ErrorCode.NOT_FOUND,
                            "This clip is gone: the video service's link to it is dead (%s), and there is no copy."
                                    .formatted(e.message()));
            case AWAY ->
                    new ApiException(
                            ErrorCode.UPSTREAM_UNAVAILABLE,
                            "The video service does not hand out this clip at the moment (%s). Try again."
                                    .formatted(e.message()),
                            RETRY_AFTER);
            case TOO_LARGE ->
                    new ApiException(
                            ErrorCode.UPSTREAM_UNAVAILABLE,
                            "This clip can't be passed on: %s. Its own link is in the task's response."
                                    .formatted(e.message()));
        };
    }

    /** The one part that is asked for; null = all: none, several, or a header of another form. */
    private static @Nullable HttpRange range(HttpServletRequest request) {
        String header = request.getHeader(HttpHeaders.RANGE);
        if (header == null || isHead(request)) {
            return null;
        }
        try {
            List<HttpRange> ranges = HttpRange.parseRanges(header);
            return ranges.size() == 1 ? ranges.getFirst() : null;
        } catch (IllegalArgumentException _) {
            return null;
        }
    }

    private static ApiException noSuchPart(HttpServletResponse response, @Nullable String range) {
        if (range != null) {
            response.setHeader(HttpHeaders.CONTENT_RANGE, range);
        }
        return new ApiException(
                ErrorCode.RANGE_NOT_SATISFIABLE, "The clip ends before the part that is wanted.");
    }

    private static void describe(HttpServletResponse response, FoundClip clip, Part part) {
        response.setStatus(part.status());
        response.setContentType(part.type());
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader(
                HttpHeaders.CONTENT_DISPOSITION,
                ContentDisposition.inline()
                        .filename(clip.task() + ENDINGS.getOrDefault(part.type(), ".mp4"))
                        .build()
                        .toString());
        // It is somebody's own, and may be kept by their browser as long as it asks again.
        response.setHeader(HttpHeaders.CACHE_CONTROL, "private, no-cache");
        if (part.takesRanges()) {
            response.setHeader(HttpHeaders.ACCEPT_RANGES, "bytes");
        }
        if (part.contentRange() != null) {
            response.setHeader(HttpHeaders.CONTENT_RANGE, part.contentRange());
        }
        if (part.length() >= 0) {
            response.setContentLengthLong(part.length());
        }
    }

    private static boolean isHead(HttpServletRequest request) {
        return request.getMethod().equals("HEAD");
    }

    /**
     * What is sent of a clip.
     *
     * @param length in bytes, -1 = not known
     * @param contentRange which part it is; null = all
     */
    private record Part(
            int status,
            String type,
            long length,
            @Nullable String contentRange,
            boolean takesRanges) {}
}
