package dev.seedgate.platform.web.edge;

import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Team;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Requests larger than any clip's description, to a gateway as patient as it is by default: on a
 * busy machine a client of many writes may be slow.
 */
class LargeBodyTests {

    // More than the 64 MB that the server swallows, so that a refused client can read its answer.
    private static final int MOST_CHUNKS = 20_000;

    private static final Gateway GATEWAY = Gateway.shared();

    private static Team team;

    @BeforeAll
    static void start() {
        team = GATEWAY.team("monthly_quota", 1000);
    }

    @AfterEach
    void chargesNothing() {
        assertThat(team).hasUsed(0);
    }

    @Test
    void goesOnBehindABodyThatNobodyRead() {
        String refused =
                "POST /api/generate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n[]";
        String good =
                "GET /api/credits HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer "
                        + team.key()
                        + "\r\n\r\n";
        String answers = GATEWAY.raw(refused + refused + good);
        assertThat(answers.split("HTTP/1.1 401 ", -1)).hasSize(3);
        assertThat(answers).contains("HTTP/1.1 200 ");
    }

    @Test
    void refusesFiftyMegabytesWithoutReadingThem() {
        String answer = GATEWAY.raw(team.rawCreate("Content-Length: 52428800"));
        assertThat(answer).startsWith("HTTP/1.1 413").contains("\"error\":\"PAYLOAD_TOO_LARGE\"");
    }

    /** At 64 KB the answer comes; whoever goes on writing is cut off soon. */
    @Test
    void refusesChunksWithoutEnd() throws IOException {
        byte[] chunk =
                ("1000\r\n" + " ".repeat(0x1000) + "\r\n").getBytes(StandardCharsets.US_ASCII);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), GATEWAY.port())) {
            OutputStream out = socket.getOutputStream();
            out.write(
                    team.rawCreate("Transfer-Encoding: chunked")
                            .getBytes(StandardCharsets.US_ASCII));
            for (int i = 0; i < 17; i++) {
                out.write(chunk);
            }
            byte[] start = socket.getInputStream().readNBytes(12);
            assertThat(new String(start, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 413");
            assertThat(chunksUntilCutOff(out, chunk)).isLessThan(MOST_CHUNKS);
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
                GATEWAY.raw(
                        team.rawCreate("Content-Length: 5000000")
                                        .replace("Connection: close\r\n", "")
                                + " ".repeat(5_000_000));
        assertThat(answer).startsWith("HTTP/1.1 413").contains("\"error\":\"PAYLOAD_TOO_LARGE\"");
    }

    /** More between or behind the chunks than anybody means. */
    @ParameterizedTest
    @ValueSource(
            strings = {"2;name=%s\r\n{}\r\n0\r\n\r\n", "2\r\n{}\r\n0\r\nX-Trailer: %s\r\n\r\n"})
    void refusesLongExtensionsAndTrailers(String body) {
        String start = team.rawCreate("Transfer-Encoding: chunked");
        assertThat(GATEWAY.raw(start + body.formatted("x".repeat(900))))
                .contains("\"error\":\"INVALID_PROMPT\"");
        assertThat(GATEWAY.raw(start + body.formatted("x".repeat(1100))))
                .startsWith("HTTP/1.1 4")
                .doesNotContain("INVALID_PROMPT");
    }
}
