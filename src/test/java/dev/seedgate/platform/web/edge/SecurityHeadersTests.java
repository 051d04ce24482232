package dev.seedgate.platform.web.edge;

import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import jakarta.servlet.Filter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.web.ExposableWebEndpoint;
import org.springframework.boot.actuate.endpoint.web.WebEndpointsSupplier;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

/** What answers tell browsers, and what of the inside can be asked. */
class SecurityHeadersTests {

    private static final Gateway gateway = Gateway.shared();

    @ParameterizedTest
    @CsvSource({
        "/api/credits, default-src 'none'; frame-ancestors 'none'",
        "/admin/api/teams, default-src 'none'; frame-ancestors 'none'",
        "/console, default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; media-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        "/console/login, default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; media-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        "/nothing, default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; media-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
    })
    void tellsBrowsersWhatAnAnswerMayDo(String path, String contentPolicy) {
        Answer answer = gateway.call("GET", path, null, null);
        assertThat(answer)
                .hasHeader("Content-Security-Policy", contentPolicy)
                .hasHeader("X-Content-Type-Options", "nosniff")
                .hasHeader("X-Frame-Options", "DENY")
                .hasHeader("Referrer-Policy", "same-origin");
        assertThat(answer.header("Cache-Control")).contains("no-store");
        assertThat(answer)
                .hasNoHeader("Strict-Transport-Security")
                .hasNoHeader("Pragma")
                .hasNoHeader("Expires")
                .hasNoHeader("X-XSS-Protection");
    }

    @Test
    void keepsGoodAnswersOutOfCachesToo() {
        Answer answer = gateway.team().get("/api/credits");
        assertThat(answer).hasStatus(200);
        assertThat(answer.header("Cache-Control")).contains("no-store");
    }

    @Test
    void asksForHttpsWhereItIsSpoken() throws Exception {
        MockHttpServletRequest request = new MockHttpServletRequest("GET", "/console/login");
        request.setSecure(true);
        MockHttpServletResponse response = new MockHttpServletResponse();
        gateway.bean("springSecurityFilterChain", Filter.class)
                .doFilter(request, response, new MockFilterChain());
        assertThat(response.getHeader("Strict-Transport-Security")).isEqualTo("max-age=31536000");
    }

    /** Anybody could fill a disk with lines that cost nothing to ask for. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/nothing",
                "/api/nothing",
                "/admin/api/nothing",
                "/console/nothing",
                "/webjars/nothing",
                "/actuator/nothing",
                "/actuator/health/nothing",
                "/error",
                "/%2e%2e/nothing",
                "/nothing;x=1"
            })
    void logsNoLineForAPathThatThereIsNot(String path) {
        Logger everything = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        everything.addAppender(lines);
        try {
            for (String method : List.of("GET", "POST", "DELETE")) {
                assertThat(gateway.call(method, path, null, null).status()).isBetween(300, 499);
            }
        } finally {
            everything.detachAppender(lines);
        }
        assertThat(lines.list).filteredOn(it -> it.getFormattedMessage().contains(path)).isEmpty();
    }

    @Test
    void exposesHealthAndMetricsAndNothingElse() {
        assertThat(gateway.bean(WebEndpointsSupplier.class).getEndpoints())
                .extracting(ExposableWebEndpoint::getEndpointId)
                .containsExactlyInAnyOrder(EndpointId.of("health"), EndpointId.of("prometheus"));
        for (String path : new String[] {"health/liveness", "health/readiness", "prometheus"}) {
            assertThat(gateway.call("GET", "/actuator/" + path, null, null).status())
                    .as(path)
                    .isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "/env",
                "/beans",
                "/configprops",
                "/heapdump",
                "/threaddump",
                "/loggers",
                "/metrics",
                "/info",
                "/mappings",
                "/shutdown",
                "/flyway",
                "/conditions",
                "/scheduledtasks",
                "/sbom",
                "/health/db",
                "/health/ping"
            })
    void answersNothingAboutTheInside(String path) {
        assertThat(gateway.call("GET", "/actuator" + path, null, null)).hasStatus(404);
        assertThat(gateway.call("GET", "/actuator" + path, Gateway.ADMIN_KEY, null)).hasStatus(404);
    }
}
