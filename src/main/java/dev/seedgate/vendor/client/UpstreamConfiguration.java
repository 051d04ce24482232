package dev.seedgate.vendor.client;

import dev.seedgate.platform.telemetry.TaskTracing;
import dev.seedgate.vendor.contract.Endpoint;
import dev.seedgate.vendor.contract.PauseReason;
import dev.seedgate.vendor.contract.PollClassifier;
import dev.seedgate.vendor.contract.SubmitClassifier;
import dev.seedgate.vendor.contract.UpstreamSettings;
import dev.seedgate.vendor.throttle.ClusterRateLimiter;
import dev.seedgate.vendor.throttle.InstanceGuards;
import dev.seedgate.vendor.throttle.MonotonicClock;
import dev.seedgate.vendor.throttle.PauseRefresher;
import dev.seedgate.vendor.throttle.RateBudget;
import dev.seedgate.vendor.throttle.VendorPauses;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Clock;
import java.util.Locale;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Spring configuration of the vendor's client, its guards and its budget. */
@Configuration(proxyBeanMethods = false)
class UpstreamConfiguration {

    @Bean
    Endpoint vendorEndpoint(
            UpstreamSettings settings, @Value("${seedgate.sandbox-api-key}") String sandboxKey) {
        return Endpoint.of(settings, sandboxKey);
    }

    @Bean
    VendorHttpClient vendorHttpClient(Endpoint endpoint, UpstreamSettings settings) {
        return new VendorHttpClient(endpoint, settings);
    }

    @Bean
    SubmitClassifier submitClassifier(UpstreamSettings settings) {
        return new SubmitClassifier(settings.upstreamResubmitOn500());
    }

    /** No default candidate for a clock: it measures waits and knows no time of day. */
    @Bean(defaultCandidate = false)
    Clock breakerClock() {
        return new MonotonicClock();
    }

    @Bean
    InstanceGuards vendorGuards(
            UpstreamSettings settings,
            SubmitClassifier submits,
            @Qualifier("breakerClock") Clock breakerClock) {
        return new InstanceGuards(
                settings, submits::countsAsFailure, submits::isAmbiguous, breakerClock);
    }

    @Bean
    VendorPauses vendorPauses(DataSource dataSource, Endpoint endpoint, UpstreamSettings settings) {
        return new VendorPauses(
                JdbcClient.create(dataSource), endpoint.name(), settings.upstreamProbeInterval());
    }

    @Bean
    MeterBinder vendorPauseGauges(VendorPauses pauses) {
        return meters -> {
            for (PauseReason reason : PauseReason.values()) {
                Gauge.builder("seedgate.vendor.stopped", pauses, it -> it.isActive(reason) ? 1 : 0)
                        .description("1 while the vendor is not called for this reason")
                        .tag("reason", reason.name().toLowerCase(Locale.ROOT))
                        .register(meters);
            }
        };
    }

    @Bean
    MeterBinder vendorGauges(InstanceGuards guards, UpstreamSettings settings) {
        return meters -> {
            guards.bindTo(meters);
            Gauge.builder("seedgate.permits.limit", settings, it -> it.upstreamRequestsPerSecond())
                    .description("Calls a second that the cluster may make to the vendor")
                    .register(meters);
        };
    }

    @Bean
    PauseRefresher vendorPauseRefresher(
            VendorPauses pauses, UpstreamSettings settings, MeterRegistry meters) {
        return new PauseRefresher(
                pauses,
                settings.upstreamRefreshInterval(),
                meters.counter("seedgate.dispatch.failures")::increment);
    }

    @Bean
    RateBudget budget(
            DataSource dataSource,
            Endpoint endpoint,
            UpstreamSettings settings,
            InstanceGuards guards,
            VendorPauses pauses,
            MeterRegistry meters) {
        return new ClusterRateLimiter(
                JdbcClient.create(dataSource), endpoint, settings, guards, pauses, meters);
    }

    @Bean
    FailedCalls failedCalls() {
        return new FailedCalls();
    }

    @Bean
    Vendor vendor(
            UpstreamSettings settings,
            Endpoint endpoint,
            VendorHttpClient client,
            InstanceGuards guards,
            VendorPauses pauses,
            SubmitClassifier submits,
            FailedCalls failures,
            MeterRegistry meters,
            TaskTracing tracing,
            ObjectProvider<Clock> clock) {
        return new GuardedVendor(
                settings,
                endpoint,
                client,
                guards,
                pauses,
                submits,
                new PollClassifier(endpoint::baseUrl, meters),
                failures,
                meters,
                tracing,
                clock.getIfAvailable(Clock::systemUTC));
    }
}
