package dev.seedgate.platform.web.edge;

import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.platform.web.api.ErrorResponseWriter;
import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

/** What those get whom nobody knows: the same as everybody, and little of the machine. */
class AnonymousRequestTests {

    private static final int VALUES = 10_000;

    /** Far less than a value each would need if anything were kept of it: 250 bytes. */
    private static final long MOST_GROWTH = VALUES * 250L;

    private static final List<String> PUBLIC =
            List.of(
                    "/v3/api-docs",
                    "/v3/api-docs.yaml",
                    "/v3/api-docs/swagger-config",
                    "/swagger-ui",
                    "/swagger-ui/index.html",
                    "/swagger-ui/swagger-initializer.js",
                    "/console/login",
                    "/console/login/oidc",
                    "/console",
                    "/console/console.css",
                    "/clips/sd15p_aaaaaaaaaaaaaaaaaaaa",
                    "/actuator/health",
                    "/actuator/health/readiness",
                    "/actuator/prometheus",
                    "/api/status",
                    "/admin/api/teams",
                    "/error",
                    "/nothing");

    private static final List<String> HEADERS =
            List.of(
                    "Accept: text/x-%s",
                    "Accept-Encoding: x%s",
                    "Accept-Language: %2$s",
                    "Authorization: Bearer sg_%s",
                    "Content-Type: text/x%s",
                    "Content-Type: text/plain;charset=x%s",
                    "Cookie: __Host-seedgate=%s",
                    "Cookie: __Host-seedgate-csrf=%s",
                    "Forwarded: host=h%s",
                    "If-None-Match: \"%s\"",
                    "Origin: https://h%s.example.org",
                    "Referer: https://h%s.example.org/",
                    "User-Agent: agent%s",
                    "X-Forwarded-For: 2001:db8:%3$s::1",
                    "X-Forwarded-Host: h%s.example.org",
                    "X-Forwarded-Prefix: /p%s",
                    "X-Forwarded-Proto: p%s",
                    "X-Request-Id: r%s",
                    "traceparent: 00-%032d-0000000000000001-01");

    private static FakeVendor vendor;
    private static Gateway gateway;

    @BeforeAll
    static void start() {
        vendor = FakeVendor.start();
        gateway =
                Gateway.start(
                        TestDatabase.create(),
                        vendor,
                        "seedgate.metrics-max-age=1m",
                        "seedgate.auth-failure-sources=100",
                        "seedgate.trusted-proxies=127.0.0.1",
                        "seedgate.anonymous-requests-per-second=1000000",
                        "seedgate.health-checks-per-second=1000000",
                        "seedgate.anonymous-max-concurrent=2",
                        "seedgate.anonymous-max-waiting=3",
                        "seedgate.anonymous-max-wait=1m",
                        "seedgate.anonymous-time-slice=100ms");
    }

    @AfterAll
    static void stop() {
        gateway.close();
        vendor.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v3/api-docs",
                "/v3/api-docs.yaml",
                "/swagger-ui/swagger-ui-bundle.js",
                "/swagger-ui/swagger-initializer.js",
                "/console/console.css",
                "/console/icon.svg"
            })
    void servesOneAnswerToEverybody(String path) {
        Answer first = gateway.call("GET", path, null, null, "Accept-Language", "de");
        assertThat(first).hasStatus(200);
        Answer second =
                gateway.call(
                        "GET",
                        path,
                        null,
                        null,
                        "Accept-Language",
                        "fr",
                        "X-Forwarded-Host",
                        "elsewhere.example.org",
                        "X-Forwarded-Prefix",
                        "/elsewhere");
        assertThat(second.body()).isEqualTo(first.body());
        String etag = first.header("ETag");
        assertThat(etag).isNotNull().isEqualTo(second.header("ETag"));
        assertThat(first).hasHeader("Cache-Control", "no-cache");
        Answer known = gateway.call("GET", path, null, null, "If-None-Match", etag);
        assertThat(known).hasStatus(304);
        assertThat(known.body()).isEmpty();
        Answer asked = gateway.call("HEAD", path, null, null);
        assertThat(asked).hasHeader("Content-Length", first.header("Content-Length"));
        assertThat(gateway.call("POST", path, null, null).status()).isIn(403, 405, 302);
    }

    /**
     * What is kept grows with each round. All else that lives in this process, like the pools, the
     * caches and the other gateways of these tests, doesn't in every one.
     */
    @Test
    void keepsNothingOfWhatStrangersSend() throws Exception {
        // Pools, code and soft caches have their size after some thousands.
        send(0, 1000);
        List<Long> growth = new ArrayList<>();
        do {
            long before = heap();
            send(1000 + growth.size() * VALUES, VALUES);
            growth.add(heap() - before);
        } while (growth.getLast() >= MOST_GROWTH && growth.size() < 4);
        assertThat(growth.getLast()).as("bytes, by rounds: " + growth).isLessThan(MOST_GROWTH);
    }

    /** Each request holds another value of every header, and in its path and method. */
    private static void send(int from, int values) throws Exception {
        List<String> paths = new ArrayList<>(PUBLIC);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
            for (int i = from; i < from + values; i++) {
                String value = "value" + i;
                String tag = "x".repeat(1 + i % 5) + "-" + Integer.toString(i + 46_656, 36);
                StringBuilder request = new StringBuilder();
                boolean path = i % 10 == 9;
                request.append(i % 10 == 8 ? "M" + i : "GET")
                        .append(' ')
                        .append(paths.get(i % paths.size()))
                        .append(path ? "/" + value : "")
                        .append("?q=")
                        .append(value)
                        .append(" HTTP/1.1\r\nHost: h")
                        .append(value)
                        .append("\r\n");
                for (String header : HEADERS) {
                    request.append(
                                    header.contains("%032d")
                                            ? header.formatted(i + 1)
                                            : header.formatted(
                                                    value, tag, Integer.toHexString(i & 0xffff)))
                            .append("\r\n");
                }
                request.append("X-Header-").append(value).append(": 1\r\n\r\n");
                socket.getOutputStream()
                        .write(request.toString().getBytes(StandardCharsets.ISO_8859_1));
                skipAnswer(socket);
            }
        }
    }

    private static void skipAnswer(Socket socket) throws Exception {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = socket.getInputStream().read();
            assertThat(next).as(head.toString()).isNotNegative();
            head.append((char) next);
        }
        assertThat(head).doesNotContain("HTTP/1.1 5");
        String all = head.toString().toLowerCase(Locale.ROOT);
        int at = all.indexOf("content-length: ");
        if (at >= 0) {
            int length = Integer.parseInt(all.substring(at + 16, all.indexOf("\r\n", at)));
            socket.getInputStream().skipNBytes(length);
        } else if (all.contains("transfer-encoding: chunked")) {
            skipChunks(socket);
        }
    }

    private static void skipChunks(Socket socket) throws Exception {
        int size;
        do {
            StringBuilder line = new StringBuilder();
            while (line.indexOf("\r\n") < 0) {
                line.append((char) socket.getInputStream().read());
            }
            size = Integer.parseInt(line.toString().strip(), 16);
            socket.getInputStream().skipNBytes(size + 2L);
        } while (size > 0);
    }

    private static long heap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    @Test
    void writesMetricsOutOnceAMomentWhateverIsAskedFor() {
        String first = gateway.call("GET", "/actuator/prometheus", null, null).body();
        Team team = gateway.team();
        assertThat(team.get("/api/credits")).hasStatus(200);
        assertThat(gateway.call("GET", "/actuator/prometheus", null, null).body()).isEqualTo(first);
        assertThat(
                        gateway.call(
                                        "GET",
                                        "/actuator/prometheus?includedNames=jvm_info",
                                        null,
                                        null)
                                .body())
                .isEqualTo(first);
    }

    /** Two are served, three wait, one more is refused; those with a key notice nothing. */
    @Test
    void servesAFewStrangersAtOnceAndRefusesWhoAreTooMany() throws Exception {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        AnonymousRequestLimit part =
                new AnonymousRequestLimit(
                        settings("2", "200", "3", "1m", "1m"),
                        gateway.bean(ErrorResponseWriter.class),
                        meters);
        CountDownLatch served = new CountDownLatch(2);
        CountDownLatch end = new CountDownLatch(1);
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> all = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                all.add(clients.submit(() -> pass(part, served, end)));
            }
            served.await();
            for (int i = 0; i < 3; i++) {
                all.add(clients.submit(() -> pass(part, served, end)));
            }
            while (part.waiting() < 3) {
                Thread.onSpinWait();
            }
            assertThat(pass(part, served, end)).isEqualTo(503);
            assertThat(meters.counter("seedgate.strangers.refused").count()).isEqualTo(1);
            end.countDown();
            for (Future<Integer> one : all) {
                assertThat(one.get()).isEqualTo(200);
            }
        }
        assertThat(part.waiting()).isZero();
    }

    /** A slow reader keeps its place for its turn only. */
    @Test
    void givesThePlaceOfWhoTakesLongToTheNext() throws Exception {
        AnonymousRequestLimit part =
                new AnonymousRequestLimit(
                        settings("1", "200", "3", "1m", "1ms"),
                        gateway.bean(ErrorResponseWriter.class),
                        new SimpleMeterRegistry());
        CountDownLatch served = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Integer> slow = clients.submit(() -> pass(part, served, end));
            served.await();
            assertThat(pass(part, served, new CountDownLatch(0))).isEqualTo(200);
            end.countDown();
            assertThat(slow.get()).isEqualTo(200);
        }
    }

    /** A probe that is refused has its platform kill the gateway. */
    @Test
    void countsNoHealthChecks() throws Exception {
        AnonymousRequestLimit part =
                new AnonymousRequestLimit(
                        settings("1", "0.01", "0", "1ms", "1m"),
                        gateway.bean(ErrorResponseWriter.class),
                        new SimpleMeterRegistry());
        CountDownLatch over = new CountDownLatch(0);
        for (int i = 0; i < 12; i++) {
            assertThat(pass(part, over, over, "/actuator/health/readiness")).isEqualTo(200);
        }
        assertThat(pass(part, over, over, "/nothing")).isEqualTo(200);
        assertThat(pass(part, over, over, "/nothing")).isEqualTo(503);
    }

    /** Within what is begun in a second, however fast each is over. */
    @Test
    void servesStrangersAtItsPaceAndRefusesTheRest() throws Exception {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        AnonymousRequestLimit part =
                new AnonymousRequestLimit(
                        // One in a hundred seconds, and nobody waits so long.
                        settings("2", "0.01", "3", "1ms", "1m"),
                        gateway.bean(ErrorResponseWriter.class),
                        meters);
        CountDownLatch over = new CountDownLatch(0);
        assertThat(pass(part, over, over)).isEqualTo(200);
        assertThat(pass(part, over, over)).isEqualTo(503);
        assertThat(meters.counter("seedgate.strangers.refused").count()).isEqualTo(1);
        assertThat(part.waiting()).isZero();
    }

    private static int pass(AnonymousRequestLimit part, CountDownLatch served, CountDownLatch end)
            throws Exception {
        return pass(part, served, end, "/nothing");
    }

    private static int pass(
            AnonymousRequestLimit part, CountDownLatch served, CountDownLatch end, String path)
            throws Exception {
        MockHttpServletResponse response = new MockHttpServletResponse();
        MockFilterChain slow =
                new MockFilterChain() {
                    @Override
                    public void doFilter(ServletRequest request, ServletResponse answer) {
                        served.countDown();
                        try {
                            end.await();
                        } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                    }
                };
        part.filter().doFilter(new MockHttpServletRequest("GET", path), response, slow);
        return response.getStatus();
    }

    private static EdgeSettings settings(
            String atOnce, String perSecond, String waiting, String wait, String turn) {
        return bind(
                Map.of(
                        "seedgate.anonymous-max-concurrent", atOnce,
                        "seedgate.anonymous-requests-per-second", perSecond,
                        "seedgate.anonymous-max-waiting", waiting,
                        "seedgate.anonymous-max-wait", wait,
                        "seedgate.anonymous-time-slice", turn));
    }

    static EdgeSettings bind(Map<String, String> settings) {
        return new Binder(new MapConfigurationPropertySource(settings))
                .bind("seedgate", EdgeSettings.class)
                .get();
    }
}
