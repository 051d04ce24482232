package dev.seedgate.access.security;

import static dev.seedgate.platform.values.ErrorCode.FORBIDDEN;
import static dev.seedgate.platform.values.ErrorCode.INVALID_API_KEY;
import static dev.seedgate.platform.values.ErrorCode.INVALID_PROJECT;
import static dev.seedgate.platform.values.ErrorCode.INVALID_PROMPT;
import static dev.seedgate.platform.values.ErrorCode.INVALID_REQUEST;
import static dev.seedgate.platform.values.ErrorCode.METHOD_NOT_ALLOWED;
import static dev.seedgate.platform.values.ErrorCode.NOT_ACCEPTABLE;
import static dev.seedgate.platform.values.ErrorCode.NOT_FOUND;
import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Json;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Who gets in, and how everybody else is turned away: always in the envelope, never with a hint.
 */
class AuthenticationTests {

    private static final String ID = "sd15p_0000000000000000000000";
    private static final Gateway gateway = Gateway.shared();
    private static final Team team = gateway.team();

    // Well-formed by its checksum, and nobody's.
    private static final String NOBODYS = dev.seedgate.access.apikey.ApiKeyFormat.TEAM.generate();

    static final List<String> BAD_CREDENTIALS =
            List.of(
                    "",
                    "Bearer",
                    "Bearer ",
                    "Bearer x",
                    "Bearer " + NOBODYS,
                    "Bearer " + team.key() + "x",
                    "Bearer " + team.key().substring(0, 40),
                    "Bearer " + team.key().toLowerCase(java.util.Locale.ROOT),
                    "Bearer " + team.key() + " " + team.key(),
                    "Bearer " + team.key() + "," + team.key(),
                    "Bearer \"" + team.key() + "\"",
                    "Bearer" + team.key(),
                    "Bearer \t" + team.key(),
                    "Bearer\t" + team.key(),
                    "Basic " + team.key(),
                    "Token " + team.key(),
                    team.key(),
                    "Bearer é",
                    "Bearer " + Gateway.ADMIN_KEY,
                    "Bearer " + "x".repeat(5000));

    @ParameterizedTest
    @FieldSource("BAD_CREDENTIALS")
    void hasOneAnswerForEveryBadKey(String credentials) {
        String answer = raw("GET /api/credits HTTP/1.1", "Authorization: " + credentials);
        assertThat(constant(answer)).isEqualTo(constant(withoutKey()));
        assertThat(answer)
                .startsWith("HTTP/1.1 401")
                .containsIgnoringCase("WWW-Authenticate: Bearer");
        assertThat(answer).doesNotContain(team.key(), Gateway.ADMIN_KEY, NOBODYS);
    }

    @Test
    void hasTheSameAnswerForRevokedExpiredAndArchivedKeysAndTwoHeaders() {
        Team own = gateway.team();
        Team archived = gateway.team();
        String revoked = gateway.key(own.slug(), Json.of("name", "revoked"));
        String expired =
                gateway.key(
                        own.slug(),
                        Json.of("name", "expired", "expires_at", "2099-01-01T00:00:00Z"));
        gateway.database()
                .execute(
                        "update api_key set expires_at = now() - interval '1 s' where name = 'expired'");
        gateway.database().execute("update api_key set revoked_at = now() where name = 'revoked'");
        gateway.admin("POST", "/teams/" + archived.slug() + "/archive", null);
        for (String key : List.of(revoked, expired, archived.key())) {
            // Looked up, and from memory.
            for (int i = 0; i < 2; i++) {
                assertThat(constant(withKey(key))).isEqualTo(constant(withoutKey()));
            }
        }
        assertThat(constant(withKey(team.key() + "\r\nAuthorization: Bearer " + team.key())))
                .isEqualTo(constant(withoutKey()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer ", "bearer ", "BEARER ", "Bearer   "})
    void takesTheSchemeInAnyCase(String scheme) {
        String answer = raw("GET /api/credits HTTP/1.1", "Authorization: " + scheme + team.key());
        assertThat(answer).startsWith("HTTP/1.1 200");
    }

    @Test
    void keepsKeysToTheirScopes() {
        Team own = gateway.team();
        Team reader =
                new Team(
                        gateway,
                        own.slug(),
                        gateway.key(own.slug(), Json.of("name", "r", "scopes", List.of("status"))));
        Team writer =
                new Team(
                        gateway,
                        own.slug(),
                        gateway.key(
                                own.slug(), Json.of("name", "w", "scopes", List.of("generate"))));
        refused(reader.generate("not allowed"), 403, FORBIDDEN, "scope");
        String task = writer.create("allowed");
        assertThat(reader.status(task).json()).has("task_id", task);
        for (String path :
                List.of("/api/status?task_id=" + task, "/api/tasks/" + task, "/api/credits")) {
            refused(writer.get(path), 403, FORBIDDEN, "scope");
            assertThat(reader.get(path)).hasStatus(200);
        }
        refused(
                writer.gateway().call("POST", "/api/status", writer.key(), "{}"),
                403,
                FORBIDDEN,
                "scope");
    }

    @Test
    void refusesEveryCallOfASuspendedKey() {
        Team own = gateway.team();
        String task = own.create("before");
        gateway.database()
                .execute(
                        "update api_key set suspended = true where team_id = (select id from team where slug = '"
                                + own.slug()
                                + "')");
        gateway.database().execute("update revision set version = version + 1 where name = 'keys'");
        eventually(
                () -> refused(own.get("/api/status?task_id=" + task), 403, FORBIDDEN, "suspended"));
        refused(own.generate("after"), 403, FORBIDDEN, "suspended");
        refused(own.get("/api/credits"), 403, FORBIDDEN, "suspended");
        refused(own.get("/api/nothing"), 403, FORBIDDEN, "suspended");
    }

    @Test
    void refusesOnlyTheCreatesOfASuspendedTeam() {
        Team own = gateway.team();
        String task = own.create("before");
        gateway.admin("POST", "/teams/" + own.slug() + "/suspend", null);
        refused(own.generate("after"), 403, FORBIDDEN, "suspended");
        assertThat(own.get("/api/status?task_id=" + task)).hasStatus(200);
        assertThat(own.get("/api/credits")).hasStatus(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET|/api/nothing|404|NOT_FOUND|",
                "GET|/api|404|NOT_FOUND|",
                "GET|/api/|404|NOT_FOUND|",
                "POST|/api/generate/|404|NOT_FOUND|",
                "GET|/api/status/?task_id=" + ID + "|404|NOT_FOUND|",
                "GET|/nothing|404|NOT_FOUND|",
                "POST|/nothing|404|NOT_FOUND|",
                "GET|/error|404|NOT_FOUND|",
                "GET|/api/generate|405|METHOD_NOT_ALLOWED|POST",
                "PUT|/api/generate|405|METHOD_NOT_ALLOWED|POST",
                "DELETE|/api/status|405|METHOD_NOT_ALLOWED|GET",
                "PATCH|/api/credits|405|METHOD_NOT_ALLOWED|GET",
                "PROPFIND|/api/credits|405|METHOD_NOT_ALLOWED|GET",
                "TRACE|/api/credits|405|METHOD_NOT_ALLOWED|",
                "GET|//api/credits|400|INVALID_REQUEST|",
                "GET|/api//credits|400|INVALID_REQUEST|",
                "GET|/api/credits;a=b|400|INVALID_REQUEST|",
                "GET|/api/tasks/..%2fcredits|400|INVALID_REQUEST|",
                "GET|/api/tasks/%2e%2e/credits|400|INVALID_REQUEST|",
                "GET|/api/tasks/%5c|400|INVALID_REQUEST|",
                "GET|/api/tasks/%00|400|INVALID_REQUEST|",
                "GET|/api/tasks/%zz|400|INVALID_REQUEST|",
                "GET|/api/tasks/%ff|400|INVALID_REQUEST|",
                "GET|/api/tasks?a%00b=1|400|INVALID_REQUEST|"
            })
    void refusesInTheEnvelopeWhateverThePath(
            String method, String path, int status, ErrorCode error, String allow) {
        String answer =
                raw(method + " " + path + " HTTP/1.1", "Authorization: Bearer " + team.key());
        refused(answer, status, error);
        if (allow != null) {
            assertThat(answer).containsPattern("(?m)^Allow: .*" + allow);
        }
    }

    @Test
    void refusesOtherFormsThanJson() {
        for (String path :
                List.of("/api/credits", "/api/status?task_id=" + ID, "/api/tasks/" + ID)) {
            refused(
                    gateway.call("GET", path, team.key(), null, "Accept", "text/html"),
                    406,
                    NOT_ACCEPTABLE,
                    "application/json");
        }
        refused(
                gateway.call("GET", "/api/credits", team.key(), null, "Accept", "nonsense"),
                406,
                NOT_ACCEPTABLE,
                "application/json");
        refused(
                gateway.call("POST", "/api/generate", team.key(), "{}", "Accept", "image/png"),
                406,
                NOT_ACCEPTABLE,
                "application/json");
        assertThat(
                        gateway.call(
                                "GET",
                                "/api/credits",
                                team.key(),
                                null,
                                "Accept",
                                "text/html, */*;q=0.1"))
                .hasStatus(200);
    }

    static final List<String> BROKEN_REQUESTS =
            List.of(
                    "GET /api/credits\r\n\r\n",
                    "GET /api/credits HTTP/9.9\r\nHost: gateway\r\n\r\n",
                    "GET  HTTP/1.1\r\nHost: gateway\r\n\r\n",
                    "G@T /api/credits HTTP/1.1\r\nHost: gateway\r\n\r\n",
                    "GET /api/<credits> HTTP/1.1\r\nHost: gateway\r\n\r\n",
                    "GET /api/credits HTTP/1.1\r\nConnection: close\r\n\r\n",
                    "GET /api/credits HTTP/1.1\r\nHost: gateway\r\nHost: other\r\nConnection: close\r\n\r\n",
                    "GET /api/credits HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n",
                    "GET /" + "x".repeat(20_000) + " HTTP/1.1\r\nHost: gateway\r\n\r\n",
                    "GET /api/credits HTTP/1.1\r\nHost: gateway\r\nX-Long: "
                            + "x".repeat(20_000)
                            + "\r\n\r\n",
                    "GET /api/credits HTTP/1.1\r\nHost: gateway\r\n"
                            + "X-Many: x\r\n".repeat(2000)
                            + "\r\n",
                    "POST /api/generate HTTP/1.1\r\nHost: gateway\r\nContent-Length: -1\r\nConnection: close\r\n\r\n",
                    "POST /api/generate HTTP/1.1\r\nHost: gateway\r\nContent-Length: 2\r\nContent-Length: 3\r\nConnection: close\r\n\r\n{}",
                    "POST /api/generate HTTP/1.1\r\nHost: gateway\r\nTransfer-Encoding: bogus\r\nConnection: close\r\n\r\n",
                    "POST /api/generate HTTP/1.1\r\nHost: gateway\r\nTransfer-Encoding: identity\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
                    "POST /api/generate HTTP/1.1\r\nHost: gateway\r\nTransfer-Encoding: chunked, identity\r\nConnection: close\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
                    "POST /api/generate HTTP/1.1\r\nHost: gateway\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n",
                    "POST /api/generate HTTP/1.1\r\nHost: gateway\r\nContent-Length: +2\r\nConnection: close\r\n\r\n{}",
                    "POST /api/generate HTTP/1.1\r\nHost: gateway\r\nContent-Length: 99999999999999999999\r\nConnection: close\r\n\r\n{}",
                    "CONNECT gateway:443 HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n",
                    "GET http://other/api/credits HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n",
                    "GET /api/credits HTTP/1.1\r\nHost: gateway\r\nAuthorization : Bearer x\r\nConnection: close\r\n\r\n",
                    "GET /api/credits HTTP/1.1\r\nHost: gateway\r\nX-Split: a\rb\r\nConnection: close\r\n\r\n",
                    "GET /api/credits HTTP/1.1\r\nHost: gateway\r\nX-Nul: a\0b\r\nConnection: close\r\n\r\n",
                    "GET /api/tasks/\0 HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n",
                    "GET /api/credits HTTP/1.1\r\nHost: gateway\r\n"
                            + "X-Few: x\r\n".repeat(120)
                            + "Connection: close\r\n\r\n");

    @ParameterizedTest
    @FieldSource("BROKEN_REQUESTS")
    void refusesInTheEnvelopeEvenWhatIsNoHttp(String request) {
        String answer = gateway.raw(request);
        JsonNode body = body(answer);
        assertThat(body.propertyNames()).containsExactly("code", "message", "error", "request_id");
        int code = body.get("code").intValue();
        assertThat(code).isBetween(400, 499);
        // What did not even name its version is answered as HTTP/0.9: without a head.
        if (!answer.startsWith("{")) {
            assertThat(answer).startsWith("HTTP/1.1 " + code + " ");
            assertThat(answer).contains("X-Request-Id: " + body.get("request_id").stringValue());
        }
        assertThat(answer).doesNotContain("Tomcat", "Exception", "<html");
    }

    static final List<String> HOSTILE_VALUES =
            List.of(
                    "[".repeat(5000) + "]".repeat(5000),
                    "{\"a\":".repeat(60) + "1" + "}".repeat(60),
                    "\"a\\ud800b\"",
                    "1e999999999",
                    "1".repeat(200),
                    "[" + "1,".repeat(20_000) + "1]",
                    "{\"" + "n".repeat(2000) + "\":1}");

    @ParameterizedTest
    @FieldSource("HOSTILE_VALUES")
    void refusesHostileJsonOfAdminsToo(String value) {
        Answer answer =
                gateway.admin(
                        "POST",
                        "/teams",
                        Json.of("slug", "hostile", "name", "x", "monthly_quota", Json.raw(value)));
        assertThat(answer)
                .hasStatus(400)
                .hasError(INVALID_REQUEST)
                .hasHeader("Content-Type", "application/problem+json");
        assertThat(gateway.admin("GET", "/teams/hostile", null)).hasStatus(404);
    }

    /** What one server takes for a body and the next for a request must not get anybody served. */
    @Test
    void answersNothingAfterARequestWithTwoLengths() {
        String answer =
                gateway.raw(
                        """
                        POST /api/quote HTTP/1.1
                        Host: gateway
                        Authorization: Bearer %1$s
                        Content-Type: application/json
                        Content-Length: 4
                        Transfer-Encoding: chunked

                        2
                        {}
                        0

                        GET /api/credits HTTP/1.1
                        Host: gateway
                        Authorization: Bearer %1$s

                        """
                                .formatted(team.key())
                                .replace("\n", "\r\n"));
        refused(answer, 400, INVALID_PROMPT);
        assertThat(answer).containsOnlyOnce("HTTP/1.1").containsIgnoringCase("Connection: close");
    }

    @Test
    void refusesLongAndAmbiguousQueriesAndHeaders() {
        refused(team.get("/api/tasks?" + "limit=1&".repeat(1500)), 400, INVALID_REQUEST, "query");
        refused(
                team.get("/api/tasks?project=" + "a".repeat(15_000)),
                400,
                INVALID_PROJECT,
                "project");
        refused(
                team.get("/api/tasks?project=a%0d%0aSet-Cookie:b"),
                400,
                INVALID_PROJECT,
                "project");
        for (String header : List.of("Idempotency-Key", "X-Project")) {
            Answer two = team.generate("a boat", header, "one", header, "two");
            assertThat(two).hasStatus(400).says(header);
        }
        refused(
                gateway.call(
                        "POST",
                        "/api/tasks/" + ID,
                        team.key(),
                        null,
                        "X-HTTP-Method-Override",
                        "DELETE"),
                405,
                METHOD_NOT_ALLOWED,
                "POST");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/x-www-form-urlencoded",
                "multipart/form-data",
                "multipart/form-data; boundary=x",
                "text/plain",
                "nonsense"
            })
    void refusesInTheEnvelopeWhateverStrangersSend(String type) {
        for (String method : List.of("POST", "PUT", "PATCH", "DELETE")) {
            String answer =
                    gateway.raw(
                            "%s /nothing HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\nContent-Type: %s\r\nContent-Length: 5\r\n\r\na=%%zz"
                                    .formatted(method, type));
            refused(answer, 404, NOT_FOUND);
            String keyless =
                    gateway.raw(
                            "%s /api/generate HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\nContent-Type: %s\r\nContent-Length: 5\r\n\r\na=%%zz"
                                    .formatted(method, type));
            refused(keyless, 401, INVALID_API_KEY);
        }
    }

    @Test
    void answersHeadWithoutABodyAndOptionsWithTheMethods() {
        String head = raw("HEAD /api/credits HTTP/1.1", "Authorization: Bearer " + team.key());
        assertThat(head).startsWith("HTTP/1.1 200").endsWith("\r\n\r\n");
        assertThat(raw("HEAD /api/credits HTTP/1.1", "X-None: 1"))
                .startsWith("HTTP/1.1 401")
                .endsWith("\r\n\r\n");
        String options =
                raw("OPTIONS /api/generate HTTP/1.1", "Authorization: Bearer " + team.key());
        assertThat(options).startsWith("HTTP/1.1 200").containsPattern("(?m)^Allow: .*POST");
    }

    @Test
    void keepsTeamsAndAdminsApart() {
        for (String key :
                List.of(
                        team.key(),
                        NOBODYS,
                        Gateway.ADMIN_KEY + "x",
                        Gateway.ADMIN_KEY.substring(1))) {
            Answer answer = gateway.call("GET", "/admin/api/teams", key, null);
            assertThat(answer)
                    .hasStatus(401)
                    .hasHeader("Content-Type", "application/problem+json")
                    .hasHeader("WWW-Authenticate", "Bearer");
            assertThat(answer.json().propertyNames())
                    .containsExactly("type", "title", "status", "detail", "error", "request_id");
            assertThat(answer).hasError(INVALID_API_KEY);
            assertThat(answer.body()).doesNotContain(key);
        }
        assertThat(gateway.call("GET", "/admin/api/teams", null, null)).hasStatus(401);
        refused(
                gateway.call("GET", "/api/credits", Gateway.ADMIN_KEY, null),
                401,
                INVALID_API_KEY,
                "key");
        refused(
                gateway.call("POST", "/api/generate", Gateway.ADMIN_KEY, "{}"),
                401,
                INVALID_API_KEY,
                "key");
    }

    private static String raw(String requestLine, String header) {
        return gateway.raw(
                requestLine + "\r\nHost: gateway\r\nConnection: close\r\n" + header + "\r\n\r\n");
    }

    private static String withKey(String key) {
        return raw("GET /api/credits HTTP/1.1", "Authorization: Bearer " + key);
    }

    private static String withoutKey() {
        return raw("GET /api/credits HTTP/1.1", "X-None: 1");
    }

    /** The whole answer, head and body, but for what is another in each. */
    private static String constant(String answer) {
        return answer.replaceAll("(X-Request-Id: |\"request_id\":\")[0-9a-f]{16}", "$1")
                .replaceAll("Date: .*", "Date: ");
    }

    /** What every replica knows within five seconds. */
    private static void eventually(Runnable assertion) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(5))
                .pollInterval(Duration.ofMillis(50))
                .untilAsserted(assertion::run);
    }

    private static JsonNode body(String answer) {
        return JsonMapper.shared().readTree(answer.substring(answer.indexOf('{')));
    }

    private static void refused(String answer, int status, ErrorCode error) {
        assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
        JsonNode body = body(answer);
        assertThat(body.propertyNames()).containsExactly("code", "message", "error", "request_id");
        assertThat(body).has("code", status).has("error", error.name());
    }

    private static void refused(Answer answer, int status, ErrorCode error, String said) {
        assertThat(answer).hasStatus(status).hasError(error).says(said);
    }
}
