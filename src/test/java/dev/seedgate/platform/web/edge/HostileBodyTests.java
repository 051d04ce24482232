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

/** Requests that come slowly or never end, to a gateway of little patience. */
class HostileBodyTests {

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
    void refusesABodyThatStopsComing() {
        String answer = gateway.raw(team.rawCreate("Content-Length: 100") + "{\"prompt\":");
        assertThat(answer).startsWith("HTTP/1.1 4").contains("\"error\":\"INVALID_REQUEST\"");
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
        assertThat(trickle(team.rawCreate("Content-Length: 60000"), " "))
                .startsWith("HTTP/1.1 400")
                .contains("\"error\":\"INVALID_REQUEST\"");
        assertThat(trickle(team.rawCreate("Transfer-Encoding: chunked"), "1\r\n \r\n"))
                .startsWith("HTTP/1.1 400")
                .contains("\"error\":\"INVALID_REQUEST\"");
    }

    /** Nobody waits for the body of a refused request for ever, either. */
    @Test
    void endsARefusedBodyThatOnlyTrickles() throws IOException {
        String stranger = team.rawCreate("Content-Length: 60000").replace(team.key(), "nobody");
        assertThat(trickle(stranger, " "))
                .startsWith("HTTP/1.1 401")
                .contains("\"error\":\"INVALID_API_KEY\"");
        assertThat(trickle(team.rawCreate("Content-Length: 70000"), " "))
                .startsWith("HTTP/1.1 413");
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

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
