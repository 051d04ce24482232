package dev.seedgate.platform.web.edge;

import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Json;
import dev.seedgate.testing.TestDatabase;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

/** Who is refused without end, or asks for the health, is answered late; all others at once. */
class ResponseDelayFilterTests {

    /** The first of a kind comes at once, the next in a hundred seconds. */
    private static final String ONE = "0.01";

    private static final String TEAM_CALL = "/api/credits";

    @Test
    void slowsEachRefusalsAuthorAndNobodyElse() {
        try (FakeVendor vendor = FakeVendor.start();
                Gateway gateway =
                        Gateway.start(
                                TestDatabase.create(),
                                vendor,
                                "seedgate.refusals-per-second=" + ONE,
                                "seedgate.refusal-delay=1ms")) {
            Team good = gateway.team();
            Team poor = gateway.team("monthly_quota", 0);
            Team fast = gateway.team("generate_per_minute", 1);
            String suspended = keyOf(good, "suspended");
            assertThat(gateway.admin("POST", keyPath(good, "suspended") + "/suspend", null))
                    .hasStatus(200);
            String revoked = keyOf(good, "revoked");
            assertThat(gateway.admin("DELETE", keyPath(good, "revoked"), null).status())
                    .isLessThan(400);

            // Those whom nobody knows share one pace, whatever is wrong with their keys.
            assertThat(gateway.call("GET", TEAM_CALL, "sg_made-up", null)).hasStatus(401);
            assertThat(delayed(gateway)).isZero();
            assertThat(gateway.call("GET", TEAM_CALL, null, null)).hasStatus(401);
            assertThat(gateway.call("GET", TEAM_CALL, revoked, null)).hasStatus(401);
            assertThat(gateway.call("GET", "/admin/api/teams", "made-up", null)).hasStatus(401);
            assertThat(gateway.call("GET", "/nothing", null, null)).hasStatus(404);
            assertThat(gateway.call("GET", "/api/credits;x=1", null, null)).hasStatus(400);
            assertThat(delayed(gateway)).isEqualTo(5);

            // A team has its own, for whatever it is refused for.
            assertThat(poor.generate("beyond the quota")).hasStatus(402);
            assertThat(delayed(gateway)).isEqualTo(5);
            assertThat(poor.generate("beyond the quota")).hasStatus(402);
            assertThat(poor.get("/api/status?task_id=unknown")).hasStatus(400);
            assertThat(delayed(gateway)).isEqualTo(7);
            assertThat(fast.generate("within the rate")).hasStatus(200);
            assertThat(fast.generate("beyond the rate")).hasStatus(429);
            assertThat(delayed(gateway)).isEqualTo(7);
            assertThat(fast.generate("beyond the rate")).hasStatus(429);
            assertThat(delayed(gateway)).isEqualTo(8);
            assertThat(gateway.call("GET", TEAM_CALL, suspended, null)).hasStatus(403);
            assertThat(delayed(gateway)).isEqualTo(8);
            assertThat(gateway.call("GET", TEAM_CALL, suspended, null)).hasStatus(403);
            assertThat(delayed(gateway)).isEqualTo(9);

            // What is answered well never waits, also a team's that is refused otherwise.
            for (int i = 0; i < 3; i++) {
                assertThat(good.generate("good")).hasStatus(200);
                assertThat(poor.get(TEAM_CALL)).hasStatus(200);
                assertThat(gateway.admin("GET", "/teams", null)).hasStatus(200);
                assertThat(gateway.call("GET", "/console/login", null, null)).hasStatus(200);
            }
            assertThat(delayed(gateway)).isEqualTo(9);
        }
    }

    /** A place of the strangers' that a refusal kept while it waits would keep all others out. */
    @Test
    void holdsNoPlaceWhileARefusalWaits() throws Exception {
        try (FakeVendor vendor = FakeVendor.start();
                Gateway gateway =
                        Gateway.start(
                                TestDatabase.create(),
                                vendor,
                                "seedgate.refusals-per-second=" + ONE,
                                "seedgate.refusal-delay=2s",
                                "seedgate.anonymous-max-concurrent=1",
                                "seedgate.anonymous-max-waiting=0",
                                "seedgate.anonymous-time-slice=1m");
                ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            assertThat(gateway.call("GET", "/nothing", null, null)).hasStatus(404);
            Future<Answer> late = clients.submit(() -> gateway.call("GET", "/nothing", null, null));
            ResponseDelayFilter filter = gateway.bean(ResponseDelayFilter.class);
            while (filter.waiting() == 0 && !late.isDone()) {
                Thread.onSpinWait();
            }
            assertThat(gateway.call("GET", "/console/login", null, null)).hasStatus(200);
            assertThat(late.get()).hasStatus(404);
        }
    }

    @ParameterizedTest
    @CsvSource({"/api/credits, 401", "/api/generate, 503", "/actuator/health/readiness, 200"})
    void delaysWhatIsBeyondThePace(String path, int status) throws Exception {
        ResponseDelayFilter filter = filter("100ms", "4096", new SimpleMeterRegistry());
        long begin = System.nanoTime();
        for (int i = 0; i < 4; i++) {
            assertThat(pass(filter, path, status)).isEqualTo(status);
        }
        // The first alone comes at once.
        assertThat(System.nanoTime() - begin)
                .isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(300));
    }

    @ParameterizedTest
    @CsvSource({
        "/api/credits, 200",
        "/console, 302",
        // The vendor's, as the gateway itself hears it.
        "/sandbox/api/generate, 429"
    })
    void delaysNothingElse(String path, int status) throws Exception {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        ResponseDelayFilter filter = filter("400ms", "4096", meters);
        for (int i = 0; i < 100; i++) {
            assertThat(pass(filter, path, status)).isEqualTo(status);
        }
        assertThat(delayed(meters)).isZero();
    }

    @Test
    void letsNoMoreWaitThanItMay() throws Exception {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        ResponseDelayFilter filter = filter("5s", "1", meters);
        assertThat(pass(filter, TEAM_CALL, 401)).isEqualTo(401);
        AtomicInteger late = new AtomicInteger();
        Thread waiting =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                late.set(pass(filter, TEAM_CALL, 401));
                            } catch (Exception e) {
                                throw new IllegalStateException(e);
                            }
                        });
        while (filter.waiting() == 0) {
            Thread.onSpinWait();
        }
        for (int i = 0; i < 100; i++) {
            assertThat(pass(filter, TEAM_CALL, 401)).isEqualTo(401);
        }
        assertThat(delayed(meters)).isEqualTo(1);
        waiting.interrupt();
        waiting.join();
        assertThat(late).hasValue(401);
        assertThat(filter.waiting()).isZero();
    }

    private static ResponseDelayFilter filter(
            String delay, String maxWaiting, MeterRegistry registry) {
        return new ResponseDelayFilter(
                AnonymousRequestTests.bind(
                        Map.of(
                                "seedgate.health-checks-per-second", ONE,
                                "seedgate.health-check-delay", delay,
                                "seedgate.refusals-per-second", ONE,
                                "seedgate.refusal-delay", delay,
                                "seedgate.max-delayed-responses", maxWaiting)),
                registry);
    }

    private static int pass(ResponseDelayFilter filter, String path, int status) throws Exception {
        MockHttpServletResponse response = new MockHttpServletResponse();
        MockFilterChain answer =
                new MockFilterChain() {
                    @Override
                    public void doFilter(ServletRequest request, ServletResponse response) {
                        ((HttpServletResponse) response).setStatus(status);
                    }
                };
        filter.doFilter(new MockHttpServletRequest("GET", path), response, answer);
        return response.getStatus();
    }

    private static String keyOf(Team team, String name) {
        return team.gateway().key(team.slug(), Json.of("name", name));
    }

    private static String keyPath(Team team, String name) {
        String id =
                team.gateway()
                        .database()
                        .text("select id from api_key where name = '%s'".formatted(name));
        return "/teams/%s/keys/%s".formatted(team.slug(), id);
    }

    private static double delayed(Gateway gateway) {
        return delayed(gateway.bean(MeterRegistry.class));
    }

    private static double delayed(MeterRegistry registry) {
        return registry.counter("seedgate.responses.delayed", "response", "refusal").count();
    }
}
