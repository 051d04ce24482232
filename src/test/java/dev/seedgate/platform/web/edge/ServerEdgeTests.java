package dev.seedgate.platform.web.edge;

import static dev.seedgate.platform.values.ErrorCode.FORBIDDEN;
import static dev.seedgate.platform.values.ErrorCode.RATE_LIMITED;
import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seedgate.access.apikey.ApiKeyFormat;
import dev.seedgate.platform.values.StartupException;
import dev.seedgate.platform.web.api.ErrorResponseWriter;
import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Json;
import dev.seedgate.testing.TestDatabase;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Whom the server believes about where a call comes from, and what it makes of that. */
class ServerEdgeTests {

    private static final String STUDIO = "https://studio.example.org";
    private static final AtomicInteger SOURCES = new AtomicInteger();
    private static FakeVendor unused;
    private static Gateway gateway;
    private static Team team;

    /** The tests themselves are the trusted proxy; the sandbox is the vendor. */
    @BeforeAll
    static void start() {
        unused = FakeVendor.start();
        gateway =
                Gateway.start(
                        TestDatabase.create(),
                        unused,
                        "seedgate.upstream-api-key=",
                        "seedgate.upstream-base-url=",
                        "seedgate.sandbox-render-time=100ms",
                        "seedgate.auth-failures-per-minute=3",
                        "seedgate.trusted-proxies=127.0.0.1,10.0.0.0/8,fd00::/8",
                        "seedgate.cors-origins=" + STUDIO + ",http://localhost:5173");
        team = gateway.team();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        unused.close();
    }

    @Test
    void tellsASourceThatKeepsFailingToStop() {
        String source = source();
        for (int i = 0; i < 3; i++) {
            assertThat(from(source, ApiKeyFormat.TEAM.generate())).hasStatus(401);
        }
        for (Answer answer :
                List.of(
                        from(source, ApiKeyFormat.TEAM.generate()),
                        from(source, "nonsense"),
                        from(source, null))) {
            assertThat(answer).hasStatus(429).hasError(RATE_LIMITED);
            assertThat(answer.json()).has("code", 429);
            assertThat(Integer.parseInt(answer.header("Retry-After"))).isBetween(1, 20);
            assertThat(answer).hasNoHeader("WWW-Authenticate");
        }
        Answer admin = gateway.call("GET", "/admin/api/teams", "nonsense", null, forwarded(source));
        assertThat(admin).hasStatus(429).hasHeader("Content-Type", "application/problem+json");
        assertThat(from(source(), "nonsense")).hasStatus(401);
    }

    @Test
    void neverHoldsAValidKeyBack() {
        String source = source();
        for (int i = 0; i < 10; i++) {
            from(source, ApiKeyFormat.TEAM.generate());
        }
        assertThat(from(source, "nonsense")).hasStatus(429);
        assertThat(from(source, team.key())).hasStatus(200);
        String unseen = gateway.key(team.slug(), Json.of("name", "made a moment ago"));
        assertThat(from(source, unseen)).hasStatus(200);
        assertThat(
                        gateway.call(
                                "GET",
                                "/admin/api/teams",
                                Gateway.ADMIN_KEY,
                                null,
                                forwarded(source)))
                .hasStatus(200);
        String reader =
                gateway.key(team.slug(), Json.of("name", "reader", "scopes", List.of("generate")));
        for (int i = 0; i < 5; i++) {
            assertThat(from(source, reader)).hasStatus(403);
        }
    }

    @Test
    void takesASiteOfIpv6ForOneSource() {
        for (int i = 1; i < 4; i++) {
            assertThat(from("2001:db8:0:7::" + i, "nonsense")).hasStatus(401);
        }
        assertThat(from("2001:db8:0:7:ffff::1", "nonsense")).hasStatus(429);
        assertThat(from("2001:db8:0:8::1", "nonsense")).hasStatus(401);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "198.51.100.7|198.51.100.7",
                "203.0.113.9, 198.51.100.7|198.51.100.7",
                "203.0.113.9, 198.51.100.7, 10.1.2.3|198.51.100.7",
                "203.0.113.9, 198.51.100.7 ,10.1.2.3, 127.0.0.1|198.51.100.7",
                "2001:db8::9|2001:db8::9",
                "203.0.113.9, 2001:db8::9, fd12::1|2001:db8::9",
                "10.0.0.8|10.0.0.8",
                "<script>, 198.51.100.7|198.51.100.7",
                "198.51.100.7, <script>, 10.0.0.8|10.0.0.8",
                "client.example.org, 10.0.0.8|10.0.0.8",
                "client.example.org|127.0.0.1",
                "198.51.100.7, 10.0.0.8:443|127.0.0.1",
                "'198.51.100.7, '|127.0.0.1",
                "''|127.0.0.1"
            })
    void takesTheRightMostAddressThatIsNoTrustedProxy(String forwarded, String address) {
        assertThat(auditedAddress(gateway, "X-Forwarded-For", forwarded)).isEqualTo(address);
    }

    @Test
    void joinsSeveralHeadersInTheirOrder() {
        assertThat(
                        auditedAddress(
                                gateway,
                                "X-Forwarded-For",
                                "203.0.113.9",
                                "X-Forwarded-For",
                                "198.51.100.7, 10.0.0.8"))
                .isEqualTo("198.51.100.7");
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-Forwarded-For", "X-Real-IP", "Client-IP", "True-Client-IP"})
    void believesNobodyByDefault(String header) {
        assertThat(auditedAddress(Gateway.shared(), header, "198.51.100.7")).isEqualTo("127.0.0.1");
        assertThat(auditedAddress(Gateway.shared(), "Forwarded", "for=198.51.100.7"))
                .isEqualTo("127.0.0.1");
    }

    @Test
    void takesSchemeAndHostFromATrustedProxy() {
        String task = team.create("a boat");
        team.await(task, "SUCCEEDED");
        String path = "/api/tasks/" + task;
        String[] headers = {
            "X-Forwarded-For", "198.51.100.7",
            "X-Forwarded-Proto", "https",
            "X-Forwarded-Host", "clips.example.org"
        };
        assertThat(clip(gateway.call("GET", path, team.key(), null, headers)))
                .startsWith("https://clips.example.org/sandbox/media/");
        assertThat(clip(team.get(path)))
                .startsWith("http://127.0.0.1:" + gateway.port() + "/sandbox/media/");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*",
                "proxy.example.org",
                "10.0.0.0/33",
                "10.0.0.0/x",
                "::/129",
                "10.0.0.0/0",
                "/8"
            })
    void refusesToStartWithSomethingElseThanAddresses(String proxies) {
        assertThatThrownBy(() -> ForwardedHeadersValve.of(List.of("10.0.0.7", proxies)))
                .isInstanceOf(StartupException.class)
                .hasMessageContaining("SEEDGATE_TRUSTED_PROXIES")
                .hasMessageContaining(proxies);
    }

    @Test
    void answersTheQuestionOfABrowserWithoutAKey() {
        Answer answer =
                preflight(STUDIO, "POST", "authorization,content-type,idempotency-key,x-project");
        assertThat(answer).hasStatus(200);
        assertThat(answer.body()).isEmpty();
        assertThat(answer).hasHeader("Access-Control-Allow-Origin", STUDIO);
        assertThat(answer.header("Access-Control-Allow-Methods")).contains("POST", "GET", "DELETE");
        assertThat(answer)
                .hasHeader(
                        "Access-Control-Allow-Headers",
                        "authorization, content-type, idempotency-key, x-project")
                .hasNoHeader("Access-Control-Allow-Credentials");
    }

    @Test
    void letsAListedPageReadAnswersAndRefusals() {
        Answer made = team.generate("a boat", "Origin", STUDIO);
        assertThat(made).hasStatus(200).hasHeader("Access-Control-Allow-Origin", STUDIO);
        assertThat(made.header("Vary")).contains("Origin");
        assertThat(made.header("Access-Control-Expose-Headers"))
                .contains(
                        "X-Request-Id",
                        "X-Credits-Charged",
                        "X-Credits-Remaining",
                        "Idempotent-Replayed",
                        "Retry-After");
        Answer refused =
                gateway.call(
                        "GET",
                        "/api/credits",
                        "nonsense",
                        null,
                        "Origin",
                        STUDIO,
                        "X-Forwarded-For",
                        source());
        assertThat(refused).hasStatus(401).hasHeader("Access-Control-Allow-Origin", STUDIO);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://evil.example.org",
                "https://studio.example.org.evil.org",
                "http://studio.example.org",
                "https://studio.example.org:8443",
                "HTTPS://STUDIO.EXAMPLE.ORG",
                "null"
            })
    void sharesNothingWithOtherPages(String origin) {
        Answer asked = preflight(origin, "POST", "authorization");
        assertThat(asked).hasStatus(403).hasError(FORBIDDEN);
        assertThat(asked.json().propertyNames())
                .containsExactly("code", "message", "error", "request_id");
        assertThat(asked).hasNoHeader("Access-Control-Allow-Origin");
        Answer called = gateway.call("GET", "/api/credits", team.key(), null, "Origin", origin);
        assertThat(called).hasStatus(200).hasNoHeader("Access-Control-Allow-Origin");
    }

    @Test
    void sharesTheTeamApiOnlyAndNothingByDefault() {
        for (String path :
                List.of(
                        "/admin/api/teams",
                        "/console",
                        "/actuator/health",
                        "/sandbox/api/status")) {
            Answer answer =
                    gateway.call(
                            "OPTIONS",
                            path,
                            null,
                            null,
                            "Origin",
                            STUDIO,
                            "Access-Control-Request-Method",
                            "GET",
                            "X-Forwarded-For",
                            source());
            assertThat(answer.header("Access-Control-Allow-Origin")).as(path).isNull();
        }
        Gateway off = Gateway.shared();
        Answer answer =
                off.call(
                        "OPTIONS",
                        "/api/generate",
                        null,
                        null,
                        "Origin",
                        STUDIO,
                        "Access-Control-Request-Method",
                        "POST");
        assertThat(answer).hasStatus(401).hasNoHeader("Access-Control-Allow-Origin");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*",
                "https://*.example.org",
                "studio.example.org",
                "https://studio.example.org/",
                "https://Studio.example.org",
                "null",
                "ftp://studio.example.org"
            })
    void refusesToStartWithSomethingElseThanOrigins(String origin) {
        assertThatThrownBy(() ->
                        CorsFilters.filter(
                                List.of(STUDIO, origin), gateway.bean(ErrorResponseWriter.class)))
                .isInstanceOf(StartupException.class)
                .hasMessageContaining("SEEDGATE_CORS_ORIGINS")
                .hasMessageContaining(origin);
    }

    private static Answer preflight(String origin, String method, String headers) {
        return gateway.call(
                "OPTIONS",
                "/api/generate",
                null,
                null,
                "Origin",
                origin,
                "Access-Control-Request-Method",
                method,
                "Access-Control-Request-Headers",
                headers);
    }

    private static Answer from(String source, @Nullable String key) {
        return gateway.call("GET", "/api/tasks", key, null, forwarded(source));
    }

    private static String[] forwarded(String source) {
        return new String[] {"X-Forwarded-For", source};
    }

    /** One that no test has used. */
    private static String source() {
        return "192.0.2." + SOURCES.incrementAndGet();
    }

    private static String auditedAddress(Gateway gateway, String... headers) {
        Team own = gateway.team();
        assertThat(gateway.admin("POST", "/teams/" + own.slug() + "/suspend", null, headers))
                .hasStatus(200);
        JsonNode entry =
                gateway.admin("GET", "/audit?action=team.suspend&object=team:" + own.slug(), null)
                        .json()
                        .get("items")
                        .get(0);
        return entry.get("address").stringValue();
    }

    private static String clip(Answer task) {
        return task.data().get("response").get(0).stringValue();
    }
}
