package dev.seedgate.platform.web.edge;

import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Invariants;
import dev.seedgate.testing.TestDatabase;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that come slowly, never end, or are larger than any clip's description. */
class HostileBodyTests {

    // More than the 64 MB that the server swallows, so that a refused client can read its answer.
    private static final int MOST_CHUNKS = 20_000;

    /** What starts a part of a chunked body that has no end, and what then goes on with it. */
    private static final Map<String, String> SLOW_PARTS =
            Map.ofEntries(
                    Map.entry("2;", "x"),
                    Map.entry("2;name=", "x"),
                    Map.entry("2;name=\"", "x"),
                    Map.entry("2;first", ";a=b"),
                    Map.entry("0", "0"),
                    Map.entry("1\r\n{\r\n0;", "x"),
                    Map.entry("0\r\n", "X"),
                    Map.entry("0\r\nX-Trailer: ", "x"),
                    Map.entry("0\r\nX-Trailer:", " "),
                    Map.entry("0\r\nX-Trailer: a\r\nX-Second: ", "x"),
                    Map.entry("1\r\n{\r\n0\r\nX-Trailer: ", "x"));

    private static FakeVendor vendor;
    private static Gateway gateway;
    private static Team team;

    @BeforeAll
    static void start() {
        vendor = FakeVendor.start();
        gateway =
                Gateway.start(
                        TestDatabase.create(),
                        vendor,
                        "server.tomcat.connection-timeout=500ms",
                        "seedgate.request-timeout=2s",
                        "server.tomcat.max-connections=40");
        team = gateway.team("monthly_quota", 1000);
    }

    @AfterAll
    static void stop() {
        gateway.close();
        vendor.close();
    }

    @AfterEach
    void chargesAndSendsNothing() {
        assertThat(team).hasUsed(0);
        assertThat(vendor.generates()).isEmpty();
        Invariants.check(gateway.database());
    }

    @Test
    void goesOnBehindABodyThatNobodyRead() {
        String refused =
                "POST /api/generate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n[]";
        String good =
                "GET /api/credits HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer "
                        + team.key()
                        + "\r\n\r\n";
        String answers = gateway.raw(refused + refused + good);
        assertThat(answers.split("HTTP/1.1 401 ", -1)).hasSize(3);
        assertThat(answers).contains("HTTP/1.1 200 ");
    }

    @Test
    void refusesABodyThatStopsComing() {
        String answer = gateway.raw(head("Content-Length: 100") + "{\"prompt\":");
        assertThat(answer).startsWith("HTTP/1.1 4").contains("\"error\":\"INVALID_REQUEST\"");
    }

    @Test
    void refusesFiftyMegabytesWithoutReadingThem() {
        String answer = gateway.raw(head("Content-Length: 52428800"));
        assertThat(answer).startsWith("HTTP/1.1 413").contains("\"error\":\"PAYLOAD_TOO_LARGE\"");
    }

    /** At 64 KB the answer comes; whoever goes on writing is cut off soon. */
    @Test
    void refusesChunksWithoutEnd() throws IOException {
        String chunk = "1000\r\n" + " ".repeat(0x1000) + "\r\n";
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
            OutputStream out = socket.getOutputStream();
            out.write(bytes(head("Transfer-Encoding: chunked")));
            for (int i = 0; i < 17; i++) {
                out.write(bytes(chunk));
            }
            byte[] start = socket.getInputStream().readNBytes(12);
            assertThat(new String(start, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 413");
            assertThat(chunksUntilCutOff(out, bytes(chunk))).isLessThan(MOST_CHUNKS);
        }
    }

    private static int chunksUntilCutOff(OutputStream out, byte[] chunk) throws IOException {
        for (int written = 0; written < MOST_CHUNKS; written++) {
            try {
                out.write(chunk);
            } catch (SocketException e) {
                return written;
            }
        }
        return MOST_CHUNKS;
    }

    /**
     * Its client, which sends it in one piece and only then looks, sees the answer and no reset.
     */
    @Test
    void letsTheClientOfALargeBodyReadItsRefusal() {
        String answer =
                gateway.raw(
                        head("Content-Length: 5000000").replace("Connection: close\r\n", "")
                                + " ".repeat(5_000_000));
        assertThat(answer).startsWith("HTTP/1.1 413").contains("\"error\":\"PAYLOAD_TOO_LARGE\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\r\n",
                "GET /api/credits HTTP/1.1\r\nHost: gateway\r\nX-Slow: ",
                "GET /api/credits HTTP/1.1\r\nHost: gateway\r\n\r\nGET /api/"
            })
    void endsAHeadThatOnlyTrickles(String start) throws IOException {
        assertThat(trickle(start, start.isBlank() ? "\n" : "x")).isNotNull();
    }

    @Test
    void endsABodyThatOnlyTrickles() throws IOException {
        assertThat(trickle(head("Content-Length: 60000"), " "))
                .startsWith("HTTP/1.1 400")
                .contains("\"error\":\"INVALID_REQUEST\"");
        assertThat(trickle(head("Transfer-Encoding: chunked"), "1\r\n \r\n"))
                .startsWith("HTTP/1.1 400")
                .contains("\"error\":\"INVALID_REQUEST\"");
    }

    /** Nobody waits for the body of a refused request for ever, either. */
    @Test
    void endsARefusedBodyThatOnlyTrickles() throws IOException {
        String stranger = head("Content-Length: 60000").replace(team.key(), "nobody");
        assertThat(trickle(stranger, " "))
                .startsWith("HTTP/1.1 401")
                .contains("\"error\":\"INVALID_API_KEY\"");
        assertThat(trickle(head("Content-Length: 70000"), " ")).startsWith("HTTP/1.1 413");
    }

    /**
     * Whatever the drops belong to, whoever sends them and wherever to: behind the deadline the
     * server closes.
     */
    @Test
    void endsARequestThatDripsIntoWhateverPart() throws Exception {
        List<String> open = new ArrayList<>();
        // Fewer at once than there are connections.
        try (ExecutorService clients = Executors.newFixedThreadPool(30)) {
            Map<String, Future<String>> answers = new LinkedHashMap<>();
            for (String head : slowHeads()) {
                SLOW_PARTS.forEach((part, piece) ->
                        answers.put(
                                head + part, clients.submit(() -> trickle(head + part, piece))));
            }
            for (Map.Entry<String, Future<String>> answer : answers.entrySet()) {
                try {
                    assertThat(answer.getValue().get())
                            .as(answer.getKey())
                            .doesNotContain("HTTP/1.1 5");
                } catch (ExecutionException e) {
                    open.add(answer.getKey() + " " + e.getCause());
                }
            }
        }
        assertThat(open).isEmpty();
    }

    private static List<String> slowHeads() {
        List<String> heads = new ArrayList<>();
        for (String lasting : List.of("", "Connection: close\r\n")) {
            heads.add("POST /api/generate HTTP/1.1\r\n" + authorization() + lasting);
            heads.add("POST /api/generate HTTP/1.1\r\n" + lasting);
            heads.add("GET /actuator/health/liveness HTTP/1.1\r\n" + lasting);
        }
        heads.add("POST /nothing/here HTTP/1.1\r\n");
        heads.add("POST /console/login HTTP/1.1\r\n");
        heads.add("GET /actuator/health/liveness HTTP/1.1\r\nExpect: 100-continue\r\n");
        heads.add("GET /api/credits HTTP/1.1\r\n" + authorization());
        return heads.stream()
                .map(it ->
                        it
                                + "Host: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
                .toList();
    }

    private static String authorization() {
        return "Authorization: Bearer " + team.key() + "\r\n";
    }

    /** More between or behind the chunks than anybody means. */
    @ParameterizedTest
    @ValueSource(
            strings = {"2;name=%s\r\n{}\r\n0\r\n\r\n", "2\r\n{}\r\n0\r\nX-Trailer: %s\r\n\r\n"})
    void refusesLongExtensionsAndTrailers(String body) {
        String start = head("Transfer-Encoding: chunked");
        assertThat(gateway.raw(start + body.formatted("x".repeat(900))))
                .contains("\"error\":\"INVALID_PROMPT\"");
        assertThat(gateway.raw(start + body.formatted("x".repeat(1100))))
                .startsWith("HTTP/1.1 4")
                .doesNotContain("INVALID_PROMPT");
    }

    /** Idle ones are dropped in the end, and who waited behind them is served. */
    @Test
    void servesOnAfterIdleConnectionsHaveTakenAllThereAre() throws IOException {
        List<Socket> idle = new ArrayList<>();
        try {
            for (int i = 0; i < 60; i++) {
                idle.add(new Socket(InetAddress.getLoopbackAddress(), gateway.port()));
            }
            assertThat(
                            gateway.raw(
                                    "GET /actuator/health/liveness HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
                    .startsWith("HTTP/1.1 200");
        } finally {
            for (Socket socket : idle) {
                socket.close();
            }
        }
    }

    /**
     * Sends these pieces until the server closes the connection; what it answered until then. A
     * server that waits for ever makes this fail.
     */
    private static String trickle(String start, String piece) throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
            socket.setSoTimeout(100);
            socket.getOutputStream().write(bytes(start));
            for (int sent = 0; sent < 200; sent++) {
                try {
                    int read = socket.getInputStream().read();
                    if (read < 0) {
                        return answer.toString(StandardCharsets.UTF_8);
                    }
                    answer.write(read);
                    answer.write(
                            socket.getInputStream()
                                    .readNBytes(socket.getInputStream().available()));
                } catch (SocketTimeoutException e) {
                    socket.getOutputStream().write(bytes(piece));
                }
            }
        } catch (SocketException e) {
            return answer.toString(StandardCharsets.UTF_8);
        }
        throw new AssertionError("still open after " + answer);
    }

    private static String head(String length) {
        return "POST /api/generate HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer "
                + team.key()
                + "\r\nContent-Type: application/json\r\n"
                + length
                + "\r\n\r\n";
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
