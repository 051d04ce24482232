package dev.seedgate.vendor.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.platform.telemetry.TaskTracing;
import dev.seedgate.platform.values.StartupException;
import dev.seedgate.testing.TestDatabase;
import dev.seedgate.vendor.contract.Endpoint;
import dev.seedgate.vendor.contract.UpstreamSettings;
import dev.seedgate.vendor.throttle.PauseRefresher;
import dev.seedgate.vendor.throttle.RateBudget;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.tracing.Tracer;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.servlet.context.AnnotationConfigServletWebServerApplicationContext;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** The room put together by Spring, without the rest of the gateway. */
class UpstreamConfigurationTests {

    private static final TestDatabase DATABASE = TestDatabase.create();

    private final WebApplicationContextRunner context =
            new WebApplicationContextRunner(AnnotationConfigServletWebServerApplicationContext::new)
                    .withBean(
                            TomcatServletWebServerFactory.class,
                            () -> new TomcatServletWebServerFactory(0))
                    .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
                    .withBean(TaskTracing.class, () -> new TaskTracing(Tracer.NOOP))
                    .withBean(DataSource.class, () -> new DriverManagerDataSource(DATABASE.url()))
                    .withPropertyValues("seedgate.sandbox-api-key=x")
                    .withUserConfiguration(Settings.class, UpstreamConfiguration.class);

    @Test
    void isTheSandboxOfThisProcessWithoutAKey() {
        context.run(it -> {
            assertThat(it).hasSingleBean(RateBudget.class).hasNotFailed();
            assertThat(it.getBean(Vendor.class).name()).isEqualTo("sandbox");
            assertThat(it.getBean(Endpoint.class).baseUrl())
                    .matches("http://127\\.0\\.0\\.1:\\d+/sandbox");
            assertThat(it.getBean(PauseRefresher.class).isRunning()).isTrue();
            assertThat(it.getBean(RateBudget.class).take(1, 0).submits()).hasSize(1);
        });
    }

    @Test
    void isTheVendorWithAKey() {
        context.withPropertyValues("seedgate.upstream-api-key=abc")
                .run(it -> assertThat(it.getBean(Vendor.class).name()).isEqualTo("seedance"));
    }

    @Test
    void tellsAProblemOfTheSettingsAtTheRoot() {
        context.withPropertyValues("seedgate.upstream-base-url=https://v.example")
                .run(it ->
                        assertThat(it.getStartupFailure())
                                .hasRootCauseInstanceOf(StartupException.class));
        context.withPropertyValues("seedgate.upstream-requests-per-second=0")
                .run(it -> assertThat(it).hasFailed());
        context.withPropertyValues("seedgate.upstream-connect-timeout=11s")
                .run(it -> assertThat(it).hasFailed());
    }

    @EnableConfigurationProperties(UpstreamSettings.class)
    static class Settings {}
}
