package dev.seedgate.task.clip;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where the vendor's links lead, on a real socket: hands out one clip, or does what no web server
 * would.
 */
final class FakeMedia implements AutoCloseable {

    static final byte[] CLIP = bytes(200_000);

    private static final Pattern RANGE = Pattern.compile("bytes=(\\d*)-(\\d*)");

    private final ServerSocket server;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile Reaction reaction = FakeMedia::clip;

    private FakeMedia() throws IOException {
        server = new ServerSocket(0, 500, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    static FakeMedia start() {
        try {
            return new FakeMedia();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        new Random(count).nextBytes(bytes);
        return bytes;
    }

    /** A link to the clip. */
    String url() {
        return "http://127.0.0.1:" + server.getLocalPort() + "/clip.mp4?token=secret";
    }

    /** The heads of all requests so far. */
    List<String> requests() {
        return requests;
    }

    /** What every request draws from now on. */
    FakeMedia on(Reaction next) {
        reaction = next;
        return this;
    }

    /** What a request draws. */
    interface Reaction {
        void to(String head, OutputStream out) throws IOException, InterruptedException;
    }

    /** The clip, or the part of it that is asked for. */
    static void clip(String head, OutputStream out) throws IOException {
        Matcher range = RANGE.matcher(head);
        if (!range.find()) {
            write(out, "200 OK", "Content-Type: video/mp4\r\nAccept-Ranges: bytes", CLIP);
            return;
        }
        int from =
                range.group(1).isEmpty()
                        ? Math.max(0, CLIP.length - Integer.parseInt(range.group(2)))
                        : Integer.parseInt(range.group(1));
        int to =
                range.group(1).isEmpty() || range.group(2).isEmpty()
                        ? CLIP.length
                        : Math.min(CLIP.length, Integer.parseInt(range.group(2)) + 1);
        if (from >= CLIP.length) {
            write(
                    out,
                    "416 No",
                    "Content-Type: text/html\r\nContent-Range: bytes */" + CLIP.length,
                    "<p>no</p>".getBytes(StandardCharsets.UTF_8));
            return;
        }
        write(
                out,
                "206 Part",
                "Content-Type: video/mp4\r\nContent-Range: bytes %d-%d/%d"
                        .formatted(from, to - 1, CLIP.length),
                java.util.Arrays.copyOfRange(CLIP, from, to));
    }

    static Reaction status(int status) {
        return (head, out) ->
                write(out, status + " X", "Content-Type: text/html", new byte[] {'n', 'o'});
    }

    static Reaction typed(String type, byte[] body) {
        return (head, out) -> write(out, "200 OK", "Content-Type: " + type, body);
    }

    static Reaction redirect(String location) {
        return (head, out) -> write(out, "302 There", "Location: " + location, new byte[0]);
    }

    /** Promises the whole clip and hangs up after so many bytes. */
    static Reaction truncated(int after) {
        return (head, out) -> {
            out.write(
                    "HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nContent-Length: %d\r\n\r\n"
                            .formatted(CLIP.length)
                            .getBytes(StandardCharsets.US_ASCII));
            out.write(CLIP, 0, after);
        };
    }

    /** The clip in chunks, its length untold. */
    static void chunked(String head, OutputStream out) throws IOException {
        out.write(
                "HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nTransfer-Encoding: chunked\r\n\r\n"
                        .getBytes(StandardCharsets.US_ASCII));
        for (int from = 0; from < CLIP.length; from += 50_000) {
            out.write("c350\r\n".getBytes(StandardCharsets.US_ASCII));
            out.write(CLIP, from, 50_000);
            out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
        }
        out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }

    /** Reads the request and answers nothing. */
    Reaction silent() {
        return (head, out) -> closed.await();
    }

    /** Sends the head and some bytes, and nothing more for as long as the test lasts. */
    Reaction stall() {
        return (head, out) -> {
            truncated(100).to(head, out);
            out.flush();
            closed.await();
        };
    }

    /** Sends a byte now and then, so that no single read times out. */
    Reaction drip() {
        return (head, out) -> {
            truncated(40_000).to(head, out);
            while (!closed.await(50, java.util.concurrent.TimeUnit.MILLISECONDS)) {
                out.write(1);
                out.flush();
            }
        };
    }

    private static void write(OutputStream out, String status, String headers, byte[] body)
            throws IOException {
        out.write(
                "HTTP/1.1 %s\r\n%s\r\nContent-Length: %d\r\n\r\n"
                        .formatted(status, headers, body.length)
                        .getBytes(StandardCharsets.US_ASCII));
        out.write(body);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                sockets.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            BufferedReader in =
                    new BufferedReader(
                            new InputStreamReader(
                                    socket.getInputStream(), StandardCharsets.US_ASCII));
            StringBuilder head = new StringBuilder();
            @Nullable String line = in.readLine();
            while (line != null && !line.isEmpty()) {
                head.append(line).append('\n');
                line = in.readLine();
            }
            requests.add(head.toString().toLowerCase(Locale.ROOT));
            reaction.to(head.toString().toLowerCase(Locale.ROOT), socket.getOutputStream());
            socket.getOutputStream().flush();
        } catch (IOException e) {
            // The gateway has heard enough.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            sockets.remove(socket);
        }
    }

    /** Hangs up on all whom it has not answered yet. */
    void hangUp() {
        try {
            for (Socket socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        hangUp();
    }
}
