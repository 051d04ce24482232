package dev.seedgate.upstream;

import dev.seedgate.telemetry.Steps;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Clock;
import java.util.Locale;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Puts the vendor and its budget together. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(UpstreamSettings.class)
class UpstreamConfiguration {

    @Bean
    Endpoint vendorEndpoint(
            UpstreamSettings settings,
            @Value("${seedgate.sandbox-api-key}") String sandboxKey) {
        return Endpoint.of(settings, sandboxKey);
    }

    @Bean
    Wire vendorWire(Endpoint endpoint, UpstreamSettings settings) {
        return new Wire(endpoint, settings);
    }

    @Bean
    SubmitTable submitTable(UpstreamSettings settings) {
        return new SubmitTable(settings.upstreamResubmitOn500());
    }

    /** Not for whoever asks for a clock: it tells no time, it only measures waits. */
    @Bean(defaultCandidate = false)
    Clock breakerClock() {
        return new MonotonicClock();
    }

    @Bean
    Guards vendorGuards(
            UpstreamSettings settings,
            SubmitTable submits,
            @Qualifier("breakerClock") Clock breakerClock) {
        return new Guards(
                settings, submits::speaksAgainstTheVendor, submits::isAmbiguous, breakerClock);
    }

    @Bean
    Pauses vendorPauses(DataSource dataSource, Endpoint endpoint, UpstreamSettings settings) {
        return new Pauses(
                JdbcClient.create(dataSource), endpoint.name(), settings.upstreamProbeInterval());
    }

    @Bean
    MeterBinder vendorPauseGauges(Pauses pauses) {
        return meters -> {
            for (Stop reason : Stop.values()) {
                Gauge.builder("seedgate.vendor.stopped", pauses, it -> it.stands(reason) ? 1 : 0)
                        .description("1 while the vendor is not called for this reason")
                        .tag("reason", reason.name().toLowerCase(Locale.ROOT))
                        .register(meters);
            }
        };
    }

    @Bean
    MeterBinder vendorGauges(Guards guards, UpstreamSettings settings) {
        return meters -> {
            guards.bindTo(meters);
            Gauge.builder("seedgate.permits.limit", settings, it -> it.upstreamRequestsPerSecond())
                    .description("Calls a second that the cluster may make to the vendor")
                    .register(meters);
        };
    }

    @Bean
    PauseWatch vendorPauseWatch(Pauses pauses, UpstreamSettings settings, MeterRegistry meters) {
        return new PauseWatch(
                pauses,
                settings.upstreamRefreshInterval(),
                meters.counter("seedgate.dispatch.failures")::increment);
    }

    @Bean
    Budget budget(
            DataSource dataSource,
            Endpoint endpoint,
            UpstreamSettings settings,
            Guards guards,
            Pauses pauses,
            MeterRegistry meters) {
        return new ClusterBudget(
                JdbcClient.create(dataSource), endpoint, settings, guards, pauses, meters);
    }

    @Bean
    Vendor vendor(
            UpstreamSettings settings,
            Endpoint endpoint,
            Wire wire,
            Guards guards,
            Pauses pauses,
            SubmitTable submits,
            MeterRegistry meters,
            Steps steps,
            ObjectProvider<Clock> clock) {
        return new GuardedVendor(
                settings,
                endpoint,
                wire,
                guards,
                pauses,
                submits,
                new PollTable(endpoint::baseUrl, meters),
                meters,
                steps,
                clock.getIfAvailable(Clock::systemUTC));
    }
}
