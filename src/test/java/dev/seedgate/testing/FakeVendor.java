package dev.seedgate.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The vendor on a real socket, written by hand so that it can do what no web server would: reset,
 * stall, drip, break off. Left alone it accepts every create with a fresh id and renders until the
 * test says {@link #finish} or {@link #fail}. It remembers every request.
 */
public final class FakeVendor implements AutoCloseable {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final byte[] LINE = {'\r', '\n'};

    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final Map<String, Task> tasks = new ConcurrentHashMap<>();
    private final Queue<Reaction> nextGenerates = new ConcurrentLinkedQueue<>();
    private final Queue<Reaction> nextStatuses = new ConcurrentLinkedQueue<>();
    private final Map<String, Reaction> nextStatusOf = new ConcurrentHashMap<>();
    private final AtomicInteger resetsAtOnce = new AtomicInteger();
    private final AtomicInteger connections = new AtomicInteger();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final int port;
    private volatile ServerSocket server;
    private volatile @Nullable String key;
    private volatile @Nullable Reaction everyGenerate;
    private volatile @Nullable Reaction everyStatus;

    private FakeVendor() throws IOException {
        server = listen(0);
        port = server.getLocalPort();
        Thread.ofVirtual().start(() -> accept(server));
    }

    /** Starts one on a free port. */
    public static FakeVendor start() {
        try {
            return new FakeVendor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where it listens, without a slash at the end. */
    public String baseUrl() {
        return "http://127.0.0.1:" + port;
    }

    /** Every request that was read whole, in order. */
    public List<Request> requests() {
        return List.copyOf(requests);
    }

    /** The creates that were read whole. */
    public List<Request> generates() {
        return requests.stream().filter(it -> it.path().endsWith("/api/generate")).toList();
    }

    /** The status calls that were read whole. */
    public List<Request> statuses() {
        return requests.stream().filter(it -> it.path().endsWith("/api/status")).toList();
    }

    /** The ids of what it accepted and charged, in no order. */
    public Set<String> acceptedIds() {
        return Set.copyOf(tasks.keySet());
    }

    /** The body of the create that was accepted with this id. */
    public JsonNode order(String id) {
        return task(id).request;
    }

    /** How many connections were accepted so far. */
    public int connections() {
        return connections.get();
    }

    /** From now on only this key is good; before, any key is. */
    public FakeVendor requireKey(String good) {
        key = good;
        return this;
    }

    /** What the next creates draw, one each; afterwards it is itself again. */
    public FakeVendor onGenerate(Reaction... reactions) {
        nextGenerates.addAll(List.of(reactions));
        return this;
    }

    /** What the next status calls draw, one each. */
    public FakeVendor onStatus(Reaction... reactions) {
        nextStatuses.addAll(List.of(reactions));
        return this;
    }

    /** What the next status call for this id draws, whatever is asked for in between. */
    public FakeVendor onNextStatusOf(String id, Reaction reaction) {
        nextStatusOf.put(id, reaction);
        return this;
    }

    /** What every create draws once the queue above is empty; null = as usual. */
    public FakeVendor onEveryGenerate(@Nullable Reaction reaction) {
        everyGenerate = reaction;
        return this;
    }

    /** What every status call draws once the queue above is empty; null = as usual. */
    public FakeVendor onEveryStatus(@Nullable Reaction reaction) {
        everyStatus = reaction;
        return this;
    }

    /** Resets so many of the next connections without reading a byte. */
    public FakeVendor resetNextConnections(int count) {
        resetsAtOnce.addAndGet(count);
        return this;
    }

    /** The clip is ready. */
    public void finish(String id, String... urls) {
        task(id).end("SUCCESS", List.of(urls), task(id).price(), null);
    }

    /** The clip is ready, and the vendor says that it cost so much. */
    public void finishCharging(String id, long credits, String... urls) {
        task(id).end("SUCCESS", List.of(urls), credits, null);
    }

    /** The job failed and was refunded. */
    public void fail(String id, String message) {
        task(id).end("FAILED", null, 0L, message);
    }

    /** The job failed, and nothing is said of credits. */
    public void failUntold(String id, String message) {
        task(id).end("FAILED", null, null, message);
    }

    /** As if the job had never been: 404 from now on. */
    public void lose(String id) {
        tasks.remove(id);
    }

    /** Connections are refused from now on; open ones are closed. */
    public void closePort() {
        try {
            server.close();
            for (Socket socket : sockets) {
                socket.close();
            }
            awaitRefusal();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The thread that accepts may take one more connection while its socket is being closed. */
    private void awaitRefusal() throws IOException {
        while (true) {
            try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
                Thread.onSpinWait();
            } catch (ConnectException e) {
                return;
            } catch (SocketException e) {
                // Reset in the middle of being closed: once more.
                Thread.onSpinWait();
            }
        }
    }

    /** Listens again where it did before. */
    public void reopenPort() {
        try {
            ServerSocket again = listen(port);
            server = again;
            Thread.ofVirtual().start(() -> accept(again));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        closed.countDown();
        closePort();
    }

    /** Answers with a status and a JSON body. */
    public static Reaction answer(int status, String body) {
        return answer(status, Map.of("Content-Type", "application/json"), body);
    }

    public static Reaction answer(int status, Map<String, String> headers, String body) {
        return (request, connection) -> connection.send(status, headers, body);
    }

    /** An error in the vendor's envelope; the HTTP status is the code. */
    public static Reaction error(int code) {
        return answer(code, "{\"code\":" + code + ",\"message\":\"error " + code + "\"}");
    }

    /** 429 with this Retry-After. */
    public static Reaction throttle(String retryAfter) {
        return answer(
                429,
                Map.of("Content-Type", "application/json", "Retry-After", retryAfter),
                "{\"code\":429,\"message\":\"slow down\"}");
    }

    /** A proxy's error page. */
    public static Reaction html(int status) {
        return answer(
                status,
                Map.of("Content-Type", "text/html"),
                "<html><body><h1>" + status + " from a proxy</h1></body></html>");
    }

    public static Reaction redirect(String location) {
        return answer(302, Map.of("Location", location), "");
    }

    /** Accepts a create with this id, whatever its form. */
    public static Reaction acceptWithId(String id) {
        return answer(200, accepted(id));
    }

    /** Resets the connection after the whole request was read; nothing was accepted. */
    public static Reaction reset() {
        return (request, connection) -> connection.reset();
    }

    /** Closes the connection after the whole request was read; nothing was accepted. */
    public static Reaction hangUp() {
        return (request, connection) -> connection.close();
    }

    /** Accepts and charges as usual, then drops the connection: the answer is lost. */
    public Reaction acceptAndReset() {
        return (request, connection) -> {
            take(request);
            connection.reset();
        };
    }

    /** Reads the request and never answers. */
    public Reaction stall() {
        return (request, connection) -> closed.await();
    }

    /** Accepts and charges as usual, but answers only after a while. */
    public Reaction acceptLate(Duration delay) {
        return (request, connection) -> {
            Task task = take(request);
            if (!closed.await(delay.toMillis(), TimeUnit.MILLISECONDS)) {
                connection.send(200, Map.of(), accepted(task.id()));
            }
        };
    }

    /** Sends the head, then a byte at a time, so that no single read ever times out. */
    public Reaction drip(Duration pause) {
        return (request, connection) -> {
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
            while (!closed.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                connection.write(" ");
            }
        };
    }

    /** Promises a whole answer, sends half of it and hangs up. */
    public static Reaction truncated(int status, String body) {
        return (request, connection) -> {
            connection.write(
                    "HTTP/1.1 " + status + " X\r\nContent-Length: " + body.length() + "\r\n\r\n");
            connection.write(body.substring(0, body.length() / 2));
            connection.close();
        };
    }

    /** The body of an accepted create. */
    public static String accepted(String id) {
        return "{\"code\":200,\"message\":\"success\",\"data\":{\"task_id\":\"" + id + "\"}}";
    }

    /** A request as it came over the wire; header names in lower case. */
    public record Request(
            String method,
            String path,
            Map<String, String> query,
            Map<String, String> headers,
            String body,
            Instant receivedAt,
            int connection) {}

    /** What the fake does with one request. */
    @FunctionalInterface
    public interface Reaction {
        void to(Request request, Connection connection) throws IOException, InterruptedException;
    }

    /** The raw way back to the client. */
    public record Connection(Socket socket) {

        public void send(int status, Map<String, String> headers, String body) throws IOException {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " Fake\r\n");
            headers.forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
            write(head + "Content-Length: " + bytes.length + "\r\n\r\n" + body);
        }

        public void write(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().flush();
        }

        public void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        public void close() throws IOException {
            socket.close();
        }
    }

    private static ServerSocket listen(int port) throws IOException {
        ServerSocket socket = new ServerSocket();
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 500);
        return socket;
    }

    private void accept(ServerSocket listening) {
        while (!listening.isClosed()) {
            try {
                Socket socket = listening.accept();
                if (listening.isClosed()) {
                    socket.close();
                    return;
                }
                int number = connections.incrementAndGet();
                Thread.ofVirtual().start(() -> serve(socket, number));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket, int number) {
        sockets.add(socket);
        try (socket) {
            if (resetsAtOnce.getAndUpdate(it -> Math.max(0, it - 1)) > 0) {
                new Connection(socket).reset();
                return;
            }
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            while (!socket.isClosed()) {
                @Nullable Request request = read(in, number);
                if (request == null) {
                    return;
                }
                requests.add(request);
                reaction(request).to(request, new Connection(socket));
            }
        } catch (SocketException e) {
            // The client went away, or the test closed the port.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            sockets.remove(socket);
        }
    }

    private Reaction reaction(Request request) {
        boolean generate = request.path().endsWith("/api/generate");
        @Nullable Reaction scripted = generate ? null : nextStatusOf.remove(askedFor(request));
        if (scripted == null) {
            scripted = (generate ? nextGenerates : nextStatuses).poll();
        }
        if (scripted == null) {
            scripted = generate ? everyGenerate : everyStatus;
        }
        if (scripted != null) {
            return scripted;
        }
        String given = request.headers().getOrDefault("authorization", "");
        if (key == null ? !given.startsWith("Bearer ") : !given.equals("Bearer " + key)) {
            return error(401);
        }
        return generate ? acceptWithId(take(request).id()) : status(request);
    }

    private Task take(Request request) {
        byte[] random = new byte[8];
        ThreadLocalRandom.current().nextBytes(random);
        Task task = new Task("sd15p_" + HexFormat.of().formatHex(random), request.body());
        tasks.put(task.id(), task);
        return task;
    }

    /** The id in a status call. */
    private static String askedFor(Request request) {
        return request.method().equals("POST")
                ? JSON.readTree(request.body()).path("task_id").asString("")
                : request.query().getOrDefault("task_id", "");
    }

    private Reaction status(Request request) {
        @Nullable Task task = tasks.get(askedFor(request));
        return task == null ? error(404) : answer(200, task.json());
    }

    private Task task(String id) {
        @Nullable Task task = tasks.get(id);
        if (task == null) {
            throw new IllegalArgumentException("never accepted: " + id);
        }
        return task;
    }

    private static @Nullable Request read(InputStream in, int number) throws IOException {
        String first = line(in);
        if (first.isEmpty()) {
            return null;
        }
        String[] words = first.split(" ", 3);
        Map<String, String> headers = new LinkedHashMap<>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        String body =
                headers.containsKey("transfer-encoding")
                        ? chunks(in)
                        : text(in, Integer.parseInt(headers.getOrDefault("content-length", "0")));
        String[] target = words[1].split("\\?", 2);
        Map<String, String> query = target.length == 1 ? Map.of() : query(target[1]);
        return new Request(words[0], target[0], query, headers, body, Instant.now(), number);
    }

    private static Map<String, String> query(String raw) {
        Map<String, String> query = new LinkedHashMap<>();
        for (String pair : raw.split("&", -1)) {
            String[] parts = pair.split("=", 2);
            query.put(parts[0], URLDecoder.decode(parts[parts.length - 1], StandardCharsets.UTF_8));
        }
        return query;
    }

    private static String chunks(InputStream in) throws IOException {
        StringBuilder body = new StringBuilder();
        while (true) {
            int size = Integer.parseInt(line(in).split(";", 2)[0].strip(), 16);
            body.append(text(in, size));
            line(in);
            if (size == 0) {
                return body.toString();
            }
        }
    }

    private static String text(InputStream in, int length) throws IOException {
        return new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next >= 0 && next != LINE[1]; next = in.read()) {
            line.write(next);
        }
        return line.toString(StandardCharsets.UTF_8).stripTrailing();
    }

    /** One accepted job. */
    private static final class Task {

        private final String id;
        private final JsonNode request;
        private final Instant createdAt = Instant.now();
        private String status = "IN_PROGRESS";
        private @Nullable List<String> response;
        private @Nullable Long credits;
        private @Nullable String error;

        Task(String id, String request) {
            this.id = id;
            this.request = JSON.readTree(request);
            this.credits = price();
        }

        String id() {
            return id;
        }

        long price() {
            boolean sound = request.path("sound").asBoolean(false);
            boolean ten = request.path("duration").asString("5").equals("10");
            return 65L * (ten ? 2 : 1) * (sound ? 2 : 1);
        }

        synchronized void end(
                String end,
                @Nullable List<String> urls,
                @Nullable Long charged,
                @Nullable String message) {
            status = end;
            response = urls;
            credits = charged;
            error = message;
        }

        synchronized String json() {
            Map<String, @Nullable Object> data = new LinkedHashMap<>();
            data.put("task_id", id);
            data.put("status", status);
            data.put("request", request);
            data.put("response", response);
            data.put("consumed_credits", credits);
            data.put("error_message", error);
            data.put("created_at", createdAt.toString());
            return JSON.writeValueAsString(Map.of("code", 200, "message", "success", "data", data));
        }
    }
}
