package dev.seedgate.task.clip;

import dev.seedgate.access.team.AuthenticatedTeam;
import dev.seedgate.access.team.TeamScope;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.vendor.media.Media;
import dev.seedgate.vendor.media.MediaClient;
import dev.seedgate.vendor.media.MediaException;
import dev.seedgate.vendor.media.MediaSettings;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.coyote.CloseNowException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
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

    /** It is somebody's own, and may be kept by their browser as long as it asks again. */
    private static final String CACHED = "private, no-cache";

    private static final Map<String, String> ENDINGS =
            Map.of("video/webm", ".webm", "video/quicktime", ".mov");

    private final ClipQueries queries;
    private final MediaClient media;
    private final StreamLimit limit;
    private final Duration longest;
    private final @Nullable ClipStore store;

    ClipDelivery(
            ClipQueries queries,
            MediaClient media,
            StreamLimit limit,
            MediaSettings settings,
            ObjectProvider<ClipStore> store) {
        this.queries = queries;
        this.media = media;
        this.limit = limit;
        longest = settings.clipsTransferTimeout();
        this.store = store.getIfAvailable();
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

    /** Answers with the clip of a task of any of these teams. */
    public void send(
            TaskId id, TeamScope scope, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        send(queries.find(id, scope), request, response);
    }

    private void send(FoundClip clip, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        try (StreamLimit.Place _ = limit.take(clip.teamId())) {
            ClipCopy copy = clip.copy();
            ClipStore storage = store;
            if (storage == null || copy == null || copy.state() != CopyState.KEPT) {
                sendFromVendor(clip, request, response);
                return;
            }
            try {
                sendCopy(clip, copy, storage, request, response);
            } catch (StorageException e) {
                log.warn("task {}: its clip's copy can't be read: {}", clip.task(), e.toString());
                if (response.isCommitted()) {
                    throw new CloseNowException(e);
                }
                sendInsteadOfCopy(clip, request, response);
            }
        }
    }

    private void sendCopy(
            FoundClip clip,
            ClipCopy copy,
            ClipStore storage,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        String etag = "\"" + copy.sha256() + "\"";
        if (isKnown(request.getHeader(HttpHeaders.IF_NONE_MATCH), etag)) {
            response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
            response.setHeader(HttpHeaders.ETAG, etag);
            response.setHeader(HttpHeaders.CACHE_CONTROL, CACHED);
            return;
        }
        String condition = request.getHeader(HttpHeaders.IF_RANGE);
        HttpRange range = condition == null || condition.equals(etag) ? range(request) : null;
        long size = copy.size();
        long from = range == null ? 0 : range.getRangeStart(size);
        long length = range == null ? size : range.getRangeEnd(size) - from + 1;
        if (from >= size || length <= 0) {
            throw noSuchPart(response, "bytes */" + size);
        }
        Part part =
                new Part(
                        range == null ? 200 : 206,
                        String.valueOf(copy.type()),
                        length,
                        range == null
                                ? null
                                : "bytes %d-%d/%d".formatted(from, from + length - 1, size),
                        true,
                        etag);
        try (InputStream bytes =
                isHead(request)
                        ? InputStream.nullInputStream()
                        : storage.read(String.valueOf(copy.key()), from, length)) {
            send(part, new StoredBytes(bytes), clip, request, response);
        } catch (StorageException e) {
            throw e;
        } catch (IOException e) {
            // What the client's side fails with comes later, when something is on its way.
            throw response.isCommitted() ? e : new StorageException(e);
        }
    }

    /** Whether the client has it already. */
    private static boolean isKnown(@Nullable String header, String etag) {
        return header != null
                && Arrays.stream(header.split(",", -1))
                        .map(String::strip)
                        .map(it -> it.startsWith("W/") ? it.substring(2) : it)
                        .anyMatch(it -> it.equals("*") || it.equals(etag));
    }

    /** The storage is away or has lost it: the vendor may have it still. */
    private void sendInsteadOfCopy(
            FoundClip clip, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        try {
            sendFromVendor(clip, request, response);
        } catch (ApiException e) {
            throw e.code() == ErrorCode.NOT_FOUND
                    ? new ApiException(
                            ErrorCode.UPSTREAM_UNAVAILABLE,
                            "The copy of this clip can't be read from its storage, and the video service's link is dead. Try again; if that does not help, ask the operators.",
                            RETRY_AFTER)
                    : e;
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
                            head.takesRanges(),
                            null),
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
            throw explain(e, clip.copy());
        }
    }

    /** Nothing of it is written before the first bytes are there: until then it can be refused. */
    private void send(
            Part part,
            InputStream from,
            FoundClip clip,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        long left = part.length() < 0 ? Long.MAX_VALUE : part.length();
        boolean head = isHead(request);
        int bytes = head ? -1 : from.read(buffer, 0, most(buffer, left));
        if (bytes < 0 && !head && part.length() > 0) {
            throw new IOException("a clip without a byte");
        }
        describe(response, clip, part);
        long end = System.nanoTime() + longest.toNanos();
        while (bytes > 0) {
            response.getOutputStream().write(buffer, 0, bytes);
            if (!response.isCommitted()) {
                response.flushBuffer();
            }
            if (end - System.nanoTime() < 0) {
                throw new CloseNowException("the client of a clip is too slow");
            }
            left -= bytes;
            bytes = left == 0 ? -1 : from.read(buffer, 0, most(buffer, left));
        }
        if (!head && left > 0 && part.length() >= 0) {
            // Half a clip must not look like a whole one.
            throw new CloseNowException("a clip ended before its end");
        }
    }

    private static int most(byte[] buffer, long left) {
        return (int) Math.min(buffer.length, left);
    }

    private static ApiException explain(MediaException e, @Nullable ClipCopy copy) {
        return switch (e.reason()) {
            case DEAD ->
                    new ApiException(
                            ErrorCode.NOT_FOUND,
                            "This clip is gone: the video service's link to it is dead (%s), and %s."
                                    .formatted(e.message(), insteadOfCopy(copy)));
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

    private static String insteadOfCopy(@Nullable ClipCopy copy) {
        return switch (copy == null ? null : copy.state()) {
            case WANTED -> "it was not copied yet";
            case LOST -> "it could not be copied before";
            case PURGED -> "the copy was deleted when its time was over";
            case null, default -> "there is no copy";
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
        response.setHeader(HttpHeaders.CACHE_CONTROL, CACHED);
        if (part.etag() != null) {
            response.setHeader(HttpHeaders.ETAG, part.etag());
        }
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
     * @param etag its hash; null where it is not known
     */
    private record Part(
            int status,
            String type,
            long length,
            @Nullable String contentRange,
            boolean takesRanges,
            @Nullable String etag) {}

    /** The storage failed, not who reads. */
    private static final class StorageException extends IOException {

        private static final long serialVersionUID = 1L;

        StorageException(IOException cause) {
            super(cause.toString(), cause);
        }
    }

    /** Bytes out of the storage, whose failures are told from those of who reads them. */
    private static final class StoredBytes extends InputStream {

        private final InputStream in;

        StoredBytes(InputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws StorageException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws StorageException {
            try {
                return in.read(buffer, offset, length);
            } catch (IOException e) {
                throw new StorageException(e);
            }
        }
    }
}
