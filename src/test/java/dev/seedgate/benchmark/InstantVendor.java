package dev.seedgate.benchmark;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A vendor that takes every order at once and has every clip done when it is asked for; it costs
 * some microseconds a call.
 */
final class InstantVendor implements AutoCloseable {

    private final ServerSocket server;
    private final AtomicLong ids = new AtomicLong();

    InstantVendor() throws IOException {
        server = new ServerSocket(0, 512, InetAddress.getLoopbackAddress());
        Thread.ofPlatform().daemon().name("vendor").start(this::accept);
    }

    String url() {
        return "http://127.0.0.1:" + server.getLocalPort();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                socket.setTcpNoDelay(true);
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                // Closed: the run is over.
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            OutputStream out = socket.getOutputStream();
            for (String head = head(in); !head.isEmpty(); head = head(in)) {
                int at = head.toLowerCase(Locale.ROOT).indexOf("content-length:");
                if (at >= 0) {
                    in.skipNBytes(
                            Integer.parseInt(
                                    head.substring(at + 15, head.indexOf('\r', at)).strip()));
                }
                String body = head.startsWith("POST /api/generate") ? taken() : done(head);
                out.write(
                        ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                                        + body.length()
                                        + "\r\n\r\n"
                                        + body)
                                .getBytes(StandardCharsets.US_ASCII));
                out.flush();
            }
        } catch (IOException e) {
            // The gateway closed it.
            return;
        }
    }

    private String taken() {
        return "{\"code\":200,\"message\":\"success\",\"data\":{\"task_id\":\"up-"
                + ids.incrementAndGet()
                + "\"}}";
    }

    private static String done(String head) {
        int at = head.indexOf("task_id=") + 8;
        String id = head.substring(at, head.indexOf(' ', at));
        return "{\"code\":200,\"message\":\"success\",\"data\":{\"task_id\":\""
                + id
                + "\",\"status\":\"SUCCESS\",\"response\":[\"https://example.org/clip.mp4\"],\"consumed_credits\":65,\"error_message\":null,\"created_at\":\"2026-01-01T00:00:00Z\"}}";
    }

    /** The head with its empty line, or nothing at the end. */
    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder(256);
        for (int next = in.read(); next >= 0; next = in.read()) {
            head.append((char) next);
            int size = head.length();
            if (next == '\n' && size >= 4 && head.charAt(size - 3) == '\n') {
                return head.toString();
            }
        }
        return "";
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
