package dev.seedgate.platform.telemetry;

import java.util.Map;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.util.StringUtils;

/**
 * Initializer that switches tracing off when no collector is set: no span is made only to be thrown
 * away.
 */
final class TracingToggle
        implements ApplicationContextInitializer<ConfigurableApplicationContext>, Ordered {

    /** OTEL_EXPORTER_OTLP_ENDPOINT and its relatives end up in this property. */
    private static final String EXCLUDE = "spring.autoconfigure.exclude";

    static final String ENDPOINT = "management.opentelemetry.tracing.export.otlp.endpoint";

    /** After the properties that tests add by initializers of their own. */
    @Override
    public int getOrder() {
        return Ordered.LOWEST_PRECEDENCE - 10;
    }

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        ConfigurableEnvironment environment = context.getEnvironment();
        if (StringUtils.hasText(environment.getProperty(ENDPOINT))) {
            return;
        }
        environment
                .getPropertySources()
                .addFirst(
                        new MapPropertySource(
                                "no tracing",
                                Map.of(
                                        EXCLUDE,
                                        environment.getProperty(EXCLUDE, "")
                                                + ",org.springframework.boot.micrometer.tracing.opentelemetry.autoconfigure.OpenTelemetryTracingAutoConfiguration"
                                                + ",org.springframework.boot.micrometer.tracing.autoconfigure.MicrometerTracingAutoConfiguration")));
    }
}
