package dev.seedgate.platform.telemetry;

import io.micrometer.tracing.exporter.SpanExportingPredicate;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Configuration of what is traced. */
@Configuration(proxyBeanMethods = false)
class TelemetryConfiguration {

    /** Leaves out the spans of probes and scrapes, which come all day long. */
    @Bean
    SpanExportingPredicate noProbes() {
        return span -> !span.getTags().getOrDefault("uri", "").startsWith("/actuator");
    }
}
