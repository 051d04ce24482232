package dev.seedgate.platform.telemetry;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import org.jspecify.annotations.NullUnmarked;

/** An OpenTelemetry collector on a real socket: takes spans over OTLP/HTTP and keeps them. */
@NullUnmarked
final class Collector implements AutoCloseable {

    private final List<Span> spans = new CopyOnWriteArrayList<>();
    private final HttpServer server;

    private Collector() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/v1/traces",
                exchange -> {
                    read(exchange.getRequestBody().readAllBytes());
                    exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
                    exchange.sendResponseHeaders(200, -1);
                    exchange.close();
                });
        server.start();
    }

    static Collector start() {
        try {
            return new Collector();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String endpoint() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1/traces";
    }

    List<Span> spans() {
        return List.copyOf(spans);
    }

    @Override
    public void close() {
        server.stop(0);
    }

    /**
     * Request, resource spans, scope spans, spans: each the field of this number in the one before.
     */
    private void read(byte[] request) {
        fields(
                request,
                (resource, spansOfIt) -> {
                    if (resource == 1) {
                        fields(
                                spansOfIt,
                                (scope, spansOfScope) -> {
                                    if (scope == 2) {
                                        fields(
                                                spansOfScope,
                                                (field, span) -> {
                                                    if (field == 2) {
                                                        spans.add(span(span));
                                                    }
                                                });
                                    }
                                });
                    }
                });
    }

    private static Span span(byte[] message) {
        Map<Integer, byte[]> fields = new HashMap<>();
        Map<String, String> attributes = new HashMap<>();
        fields(
                message,
                (field, value) -> {
                    fields.put(field, value);
                    if (field == 9) {
                        attribute(value, attributes);
                    }
                });
        return new Span(
                hex(fields.get(1)),
                hex(fields.get(2)),
                hex(fields.get(4)),
                text(fields.get(5)),
                fields.get(6)[0],
                attributes);
    }

    private static void attribute(byte[] message, Map<String, String> attributes) {
        Map<Integer, byte[]> pair = new HashMap<>();
        fields(message, pair::put);
        fields(
                pair.get(2),
                (type, value) -> {
                    if (type == 1) {
                        attributes.put(text(pair.get(1)), text(value));
                    }
                });
    }

    /**
     * Protocol Buffers on the wire: a number and a type, then a value. A varint is given as a byte.
     */
    private static void fields(byte[] message, BiConsumer<Integer, byte[]> each) {
        ByteBuffer rest = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
        while (rest.hasRemaining()) {
            long key = varint(rest);
            byte[] value =
                    switch ((int) (key & 7)) {
                        case 0 -> new byte[] {(byte) varint(rest)};
                        case 1 -> new byte[8];
                        case 2 -> new byte[(int) varint(rest)];
                        case 5 -> new byte[4];
                        default -> throw new IllegalStateException("wire type of " + key);
                    };
            if ((key & 7) != 0) {
                rest.get(value);
            }
            each.accept((int) (key >>> 3), value);
        }
    }

    private static long varint(ByteBuffer rest) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = rest.get();
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }

    private static String hex(byte[] bytes) {
        return bytes == null ? "" : HexFormat.of().formatHex(bytes);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /**
     * A span.
     *
     * @param parent empty when it has none
     * @param kind 1 internal, 2 server, 3 client
     */
    record Span(
            String trace,
            String id,
            String parent,
            String name,
            int kind,
            Map<String, String> attributes) {}
}
