package dev.seedgate.task.clip;

import dev.seedgate.platform.telemetry.Loops;
import dev.seedgate.platform.telemetry.TelemetrySettings;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The gauges of the cluster's copies, read now and then and no further than must be. */
@Component
class ClipMetrics {

    private final JdbcClient jdbc;
    private final TelemetrySettings settings;
    private volatile @Nullable Figures last;

    ClipMetrics(JdbcClient jdbc, TelemetrySettings settings, MeterRegistry meters, Loops loops) {
        this.jdbc = jdbc;
        this.settings = settings;
        for (CopyState state : CopyState.values()) {
            Gauge.builder("seedgate.clips.copies", this, it -> it.count(state))
                    .tag("state", state.name())
                    .register(meters);
        }
        Gauge.builder("seedgate.clips.oldest.wanted.seconds", this, ClipMetrics::oldest)
                .register(meters);
        loops.every(settings.metricsInterval(), "clip-gauges", this::read);
    }

    void read() {
        Map<CopyState, Long> counts = new EnumMap<>(CopyState.class);
        for (CopyState state : CopyState.values()) {
            counts.put(
                    state,
                    jdbc.sql(
                                    "select count(*) from (select from clip_copy where state = :state limit :most) c")
                            .param("state", state.name())
                            .param("most", settings.metricsCountLimit())
                            .query(Long.class)
                            .single());
        }
        double oldest =
                jdbc.sql(
                                "select coalesce(extract(epoch from gateway_now() - min(since)), 0) from clip_copy where state = 'WANTED'")
                        .query(Double.class)
                        .single();
        last = new Figures(counts, oldest);
    }

    /** What was never read is unknown. */
    private double count(CopyState state) {
        Figures read = last;
        return read == null ? Double.NaN : (double) read.counts().getOrDefault(state, 0L);
    }

    private double oldest() {
        Figures read = last;
        return read == null ? Double.NaN : Math.max(0, read.oldest());
    }

    private record Figures(Map<CopyState, Long> counts, double oldest) {}
}
