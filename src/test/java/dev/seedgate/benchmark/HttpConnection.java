package dev.seedgate.benchmark;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One keep-alive connection of a load generator. By hand, because a client of a library takes more
 * of the two cores than the server that is measured.
 */
final class HttpConnection implements AutoCloseable {

    private static final String LENGTH = "\r\nContent-Length: ";

    private final int port;
    private SocketChannel channel;
    private ByteBuffer received = ByteBuffer.allocate(16 * 1024);
    private int searched;

    HttpConnection(int port) throws IOException {
        this.port = port;
        channel = open();
    }

    private SocketChannel open() throws IOException {
        SocketChannel opened =
                SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        opened.setOption(StandardSocketOptions.TCP_NODELAY, true);
        return opened;
    }

    /** A request as bytes, to be sent as often as wanted. */
    static byte[] request(String method, String path, String key, String body) {
        byte[] content = body.getBytes(StandardCharsets.UTF_8);
        String head =
                method
                        + " "
                        + path
                        + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                        + key
                        + "\r\nContent-Type: application/json\r\nContent-Length: "
                        + content.length
                        + "\r\n\r\n";
        byte[] start = head.getBytes(StandardCharsets.US_ASCII);
        byte[] request = new byte[start.length + content.length];
        System.arraycopy(start, 0, request, 0, start.length);
        System.arraycopy(content, 0, request, start.length, content.length);
        return request;
    }

    /** Sends it and reads the whole answer. */
    Answer send(byte[] request) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(request);
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        Answer answer = null;
        while (answer == null) {
            if (!received.hasRemaining()) {
                received = ByteBuffer.allocate(received.capacity() * 2).put(received.flip());
            }
            if (channel.read(received) < 0) {
                throw new IOException("the server closed the connection");
            }
            answer = whole();
        }
        return answer;
    }

    /** What has come, or null while that is not all. */
    private @Nullable Answer whole() throws IOException {
        byte[] bytes = received.array();
        int size = received.position();
        int body = endOfHead(bytes, size);
        if (body < 0) {
            return null;
        }
        String head = new String(bytes, 0, body, StandardCharsets.ISO_8859_1);
        int length = head.indexOf(LENGTH);
        byte[] content;
        if (length >= 0) {
            int from = length + LENGTH.length();
            int end = body + Integer.parseInt(head, from, head.indexOf('\r', from), 10);
            content = size < end ? null : Arrays.copyOfRange(bytes, body, end);
        } else {
            content =
                    head.contains("\r\nTransfer-Encoding:")
                            ? chunks(bytes, body, size)
                            : new byte[0];
        }
        if (content == null) {
            return null;
        }
        received.clear();
        searched = 0;
        if (head.contains("\r\nConnection: close")) {
            channel.close();
            channel = open();
        }
        return new Answer(Integer.parseInt(head, 9, 12, 10), content);
    }

    /** Where the body begins, or -1 while that has not come. */
    private int endOfHead(byte[] bytes, int size) {
        for (int i = searched; i + 3 < size; i++) {
            if (bytes[i] == '\r'
                    && bytes[i + 1] == '\n'
                    && bytes[i + 2] == '\r'
                    && bytes[i + 3] == '\n') {
                searched = i;
                return i + 4;
            }
        }
        searched = Math.max(0, size - 3);
        return -1;
    }

    private static byte @Nullable [] chunks(byte[] bytes, int from, int size) {
        String text = new String(bytes, from, size - from, StandardCharsets.ISO_8859_1);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (int at = 0, line = text.indexOf('\r'); line >= 0; line = text.indexOf('\r', at)) {
            int length = Integer.parseInt(text, at, line, 16);
            int end = line + 2 + length + 2;
            if (end > text.length()) {
                return null;
            }
            if (length == 0) {
                return body.toByteArray();
            }
            body.write(bytes, from + line + 2, length);
            at = end;
        }
        return null;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    /** An answer's status and body. */
    @SuppressWarnings("ArrayRecordComponent") // no two are compared
    record Answer(int status, byte[] body) {

        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }
}
