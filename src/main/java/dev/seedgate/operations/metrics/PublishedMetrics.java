package dev.seedgate.operations.metrics;

import dev.seedgate.platform.telemetry.TelemetrySettings;
import dev.seedgate.platform.values.Snapshot;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.prometheus.PrometheusOutputFormat;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.prometheus.PrometheusScrapeEndpoint;
import org.springframework.stereotype.Component;

/**
 * The metrics as they were a moment ago. To write them out takes some ten milliseconds of a
 * processor, and everybody who reaches the port may ask: so that is done once a second at most, for
 * all metrics, whichever names are asked for.
 */
@Component
@WebEndpoint(id = "prometheus")
class PublishedMetrics extends PrometheusScrapeEndpoint {

    private final Map<PrometheusOutputFormat, Snapshot<WebEndpointResponse<byte[]>>> snapshots =
            new EnumMap<>(PrometheusOutputFormat.class);

    PublishedMetrics(
            PrometheusRegistry registry, PrometheusConfig config, TelemetrySettings settings) {
        super(registry, properties(config));
        for (PrometheusOutputFormat format : PrometheusOutputFormat.values()) {
            snapshots.put(
                    format,
                    new Snapshot<>(settings.metricsMaxAge(), () -> super.scrape(format, null)));
        }
    }

    private static Properties properties(PrometheusConfig config) {
        Properties known = config.prometheusProperties();
        return known == null ? new Properties() : known;
    }

    @Override
    @ReadOperation(producesFrom = PrometheusOutputFormat.class)
    public WebEndpointResponse<byte[]> scrape(
            PrometheusOutputFormat format, @Nullable Set<String> includedNames) {
        return Objects.requireNonNull(snapshots.get(format), "each has one").get();
    }
}
