package dev.seedgate.faults;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Those outside that a gateway talks to after a task's end: a receiver of webhooks, and the server
 * that the vendor's links lead to. Neither answers well until it is calm.
 */
final class MoodyReceivers implements AutoCloseable {

    private static final byte[] CLIP = "a clip of some bytes".getBytes(StandardCharsets.US_ASCII);

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Random moods;
    private final Map<String, Set<String>> bodies = new ConcurrentHashMap<>();
    private volatile boolean calm;

    MoodyReceivers(long seed) throws IOException {
        moods = new Random(seed);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/told", this::told);
        server.createContext("/clips", this::clip);
        server.start();
    }

    String receiver(String team) {
        return url("/told/" + team);
    }

    String clipOf(String id) {
        return url("/clips/" + id + ".mp4");
    }

    private String url(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    void calmDown() {
        calm = true;
    }

    /** The messages that came with two different bodies. */
    List<String> contradictions() {
        return bodies.entrySet().stream()
                .filter(it -> it.getValue().size() > 1)
                .map(it -> it.getKey() + ": " + it.getValue())
                .toList();
    }

    private int mood() {
        synchronized (moods) {
            return calm ? 99 : moods.nextInt(10);
        }
    }

    private void told(HttpExchange exchange) throws IOException {
        String message =
                exchange.getRequestURI().getPath()
                        + " "
                        + exchange.getRequestHeaders().getFirst("webhook-id");
        bodies.computeIfAbsent(message, _ -> ConcurrentHashMap.newKeySet())
                .add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        switch (mood()) {
            case 0, 1 -> answer(exchange, 500, new byte[0]);
            case 2 -> answer(exchange, 302, new byte[0]);
            case 3, 4 -> exchange.close();
            default -> answer(exchange, 204, new byte[0]);
        }
    }

    private void clip(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().add("Content-Type", "video/mp4");
        switch (mood()) {
            case 0, 1 -> answer(exchange, 503, new byte[0]);
            case 2, 3 -> exchange.close();
            case 4 -> {
                // Half of what is promised.
                exchange.sendResponseHeaders(200, CLIP.length);
                exchange.getResponseBody().write(CLIP, 0, CLIP.length / 2);
                exchange.getResponseBody().flush();
                exchange.close();
            }
            default -> answer(exchange, 200, CLIP);
        }
    }

    private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            exchange.getResponseBody().write(body);
        }
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
