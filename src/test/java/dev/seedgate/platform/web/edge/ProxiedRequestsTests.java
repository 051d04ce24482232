package dev.seedgate.platform.web.edge;

import static dev.seedgate.platform.values.ErrorCode.INVALID_TASK_ID;
import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Json;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What gateways, meshes and proxies make of requests is read as the client meant it. */
class ProxiedRequestsTests {

    private final Gateway gateway = Gateway.shared();
    private final Team team = gateway.team();

    @ParameterizedTest
    @CsvSource({
        "GET, /api/credits, 200",
        "GET, /api/tasks, 200",
        "POST, /api/status?task_id={id}, 200",
        "GET, /api/status?task_id={id}, 200",
        "POST, /api/generate, 400",
        "DELETE, /api/tasks/{id}x, 404",
        "GET, /admin/api/teams, 200",
        "POST, /admin/api/teams, 400",
    })
    void takesChunksOfLengthNothingForNoBody(String method, String path, int status) {
        String id = team.create("for its status");
        for (String type :
                new String[] {
                    "", "Content-Type: application/json\r\n", "Content-Type: text/plain\r\n"
                }) {
            String answer = chunked(method, path.replace("{id}", id), type, "0\r\n\r\n");
            assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
        }
    }

    @Test
    void readsChunksThatHoldSomething() {
        String body = Json.of("prompt", "x", "aspect_ratio", "16:9", "duration", "5");
        String json = "Content-Type: application/json\r\n";
        String whole = Integer.toHexString(body.length()) + "\r\n" + body + "\r\n0\r\n\r\n";
        assertThat(chunked("POST", "/api/quote", json, whole)).startsWith("HTTP/1.1 200 ");
        StringBuilder letters = new StringBuilder();
        body.chars().forEach(c -> letters.append("1\r\n").append((char) c).append("\r\n"));
        assertThat(chunked("POST", "/api/quote", json, letters + "0\r\n\r\n"))
                .startsWith("HTTP/1.1 200 ");
        assertThat(chunked("POST", "/api/quote", "Content-Type: text/plain\r\n", whole))
                .startsWith("HTTP/1.1 415 ");
        assertThat(chunked("GET", "/api/credits", "", "1\r\nx\r\n0\r\n\r\n"))
                .startsWith("HTTP/1.1 415 ");
    }

    @Test
    void takesAQueryParameterLeftEmptyForAbsent() {
        String id = team.create("to be listed");
        for (String path :
                new String[] {
                    "/api/tasks?status=&project=&from=&to=&limit=&cursor=",
                    "/api/usage?from=&to=&group_by=&format=",
                    "/api/status?task_id=&task_id=" + id
                }) {
            assertThat(team.get(path).status()).as(path).isEqualTo(200);
        }
        assertThat(team.get("/api/tasks?status=&limit=").body()).contains(id);
        assertThat(team.get("/api/status?task_id=")).hasError(INVALID_TASK_ID);
        for (String path :
                new String[] {
                    "/tasks?status=&team=&phase=&upstream_task_id=&limit=&cursor=",
                    "/reports/usage?from=&to=&group_by=&format=",
                    "/audit?actor=&action=&object=&from=&to=",
                    "/alerts?kind=&team=&from=&to=",
                    "/teams?cursor=&limit="
                }) {
            assertThat(gateway.admin("GET", path, null).status()).as(path).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/credits", "/console", "/nothing", "/admin/api/teams"})
    void refusesTraceByItsNameAndWithARequestId(String path) {
        String answer =
                gateway.raw("TRACE " + path + " HTTP/1.1\r\nHost: g\r\nConnection: close\r\n\r\n");
        assertThat(answer)
                .startsWith("HTTP/1.1 405 ")
                .contains("TRACE is not possible at this path.");
        Matcher id = Pattern.compile("\"request_id\":\"([0-9a-f]{16})\"").matcher(answer);
        assertThat(id.find()).isTrue();
        assertThat(answer).contains("X-Request-Id: " + id.group(1));
    }

    @Test
    void keepsIdleConnectionsLongerThanProxiesDo() {
        String answer =
                Stream.of("keep-alive", "close")
                        .map(
                                "GET /api/credits HTTP/1.1\r\nHost: g\r\nConnection: %s\r\n\r\n"
                                        ::formatted)
                        .collect(Collectors.collectingAndThen(Collectors.joining(), gateway::raw));
        Matcher timeout = Pattern.compile("Keep-Alive: timeout=([0-9]+)").matcher(answer);
        assertThat(timeout.find()).isTrue();
        assertThat(Integer.parseInt(timeout.group(1))).isGreaterThan(60);
    }

    @ParameterizedTest
    @ValueSource(strings = {"de", "tr-TR", "ar-EG", "zh", "fa-IR;q=0.9, *"})
    void answersInOneLanguageWhateverIsAccepted(String language) {
        String body = Json.of("slug", "X Y", "name", "", "monthly_quota", -1);
        Answer plain = gateway.admin("POST", "/teams", body);
        Answer asked = gateway.admin("POST", "/teams", body, "Accept-Language", language);
        assertThat(plain).hasStatus(400);
        assertThat(asked.json()).has("detail", plain.json().get("detail"));
    }

    private String chunked(String method, String path, String head, String chunks) {
        String key = path.startsWith("/admin") ? Gateway.ADMIN_KEY : team.key();
        return gateway.raw(
                method
                        + " "
                        + path
                        + " HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer "
                        + key
                        + "\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n"
                        + head
                        + "\r\n"
                        + chunks);
    }
}
