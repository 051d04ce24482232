package dev.seedgate.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Invariants;
import dev.seedgate.testing.TestDatabase;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Bodies that come slowly, never end, or are larger than any clip's description. */
class HostileBodyTests {

    // More than the 64 MB that the server swallows, so that a refused client can read its answer.
    private static final int MOST_CHUNKS = 20_000;

    private static FakeVendor vendor;
    private static Gateway gateway;
    private static Team team;

    @BeforeAll
    static void start() {
        vendor = FakeVendor.start();
        gateway =
                Gateway.start(
                        TestDatabase.create(), vendor, "server.tomcat.connection-timeout=500ms");
        team = gateway.team("\"monthly_quota\":1000");
    }

    @AfterAll
    static void stop() {
        gateway.close();
        vendor.close();
    }

    @AfterEach
    void chargesAndSendsNothing() {
        assertThat(team.credits().get("used").asLong()).isZero();
        assertThat(vendor.generates()).isEmpty();
        Invariants.check(gateway.database());
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
