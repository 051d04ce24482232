package dev.seedgate.vendor.media;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.Future;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.jspecify.annotations.Nullable;

/**
 * A clip, or the part of it that was asked for, as it comes from the other end. Closing it ends the
 * connection at once, however much is still to come.
 */
public final class Media implements AutoCloseable {

    private final Head head;
    private final InputStream body;
    private final HttpGet request;
    private final Future<?> deadline;

    Media(Head head, InputStream body, long most, HttpGet request, Future<?> deadline) {
        this.head = head;
        this.body = new Limited(body, most);
        this.request = request;
        this.deadline = deadline;
    }

    public Head head() {
        return head;
    }

    /**
     * Its bytes. Reading fails when they end before what was promised, when there are more than is
     * allowed, and once the time for all of them is over.
     */
    public InputStream body() {
        return body;
    }

    @Override
    public void close() {
        deadline.cancel(false);
        request.cancel();
    }

    /**
     * What the other end said of it.
     *
     * @param status 200, 206 for a part, or 416 when it has no such part
     * @param type its media type, always a video's, without parameters
     * @param length of the body in bytes, -1 = it was not said
     * @param contentRange which part it is; null unless it is one
     * @param takesRanges whether parts of it can be asked for
     */
    public record Head(
            int status,
            String type,
            long length,
            @Nullable String contentRange,
            boolean takesRanges) {}

    private static final class Limited extends InputStream {

        private final InputStream in;
        private final long most;
        private long read;

        Limited(InputStream in, long most) {
            this.in = in;
            this.most = most;
        }

        @Override
        public int read() throws MediaException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws MediaException {
            try {
                int bytes = in.read(buffer, offset, length);
                count(Math.max(0, bytes));
                return bytes;
            } catch (MediaException e) {
                throw e;
            } catch (IOException e) {
                throw new MediaException(
                        MediaException.Reason.AWAY,
                        "it broke off after %d bytes".formatted(read),
                        e);
            }
        }

        private void count(long bytes) throws MediaException {
            read += bytes;
            if (read > most) {
                throw MediaClient.tooLarge(most);
            }
        }
    }
}
