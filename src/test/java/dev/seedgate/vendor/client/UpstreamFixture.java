package dev.seedgate.vendor.client;

import dev.seedgate.platform.telemetry.TaskTracing;
import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.SettableClock;
import dev.seedgate.testing.TestDatabase;
import dev.seedgate.vendor.contract.ClipRequest;
import dev.seedgate.vendor.contract.Endpoint;
import dev.seedgate.vendor.contract.PollAnswer;
import dev.seedgate.vendor.contract.PollClassifier;
import dev.seedgate.vendor.contract.SubmitAnswer;
import dev.seedgate.vendor.contract.SubmitClassifier;
import dev.seedgate.vendor.contract.UpstreamSettings;
import dev.seedgate.vendor.throttle.ClusterRateLimiter;
import dev.seedgate.vendor.throttle.InstanceGuards;
import dev.seedgate.vendor.throttle.Permit;
import dev.seedgate.vendor.throttle.VendorPauses;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.tracing.Tracer;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** One gateway process, as far as the vendor is concerned, put together by hand. */
public record UpstreamFixture(
        Endpoint endpoint,
        VendorHttpClient client,
        InstanceGuards guards,
        VendorPauses pauses,
        ClusterRateLimiter budget,
        Vendor vendor,
        SimpleMeterRegistry meters,
        SettableClock breakerClock)
        implements AutoCloseable {

    public static final ClipRequest CLIP =
            new ClipRequest("Drone shot over a neon night market", "16:9", 5, false, List.of());

    /**
     * A fast vendor at the fake's address; settings in pairs go on top. On a busy machine an answer
     * may take a second: a test that wants a time-out asks for it.
     */
    public static UpstreamFixture of(TestDatabase database, FakeVendor fake, String... pairs) {
        Map<String, String> values = new HashMap<>();
        values.put("api-key", "secret-key-123");
        values.put("base-url", fake.baseUrl());
        values.put("requests-per-second", "1000");
        values.put("submit-timeout", "20s");
        values.put("status-timeout", "20s");
        values.put("connect-timeout", "5s");
        for (int i = 0; i < pairs.length; i += 2) {
            values.put(pairs[i], pairs[i + 1]);
        }
        return of(database, Endpoint.of(settings(values), "sandbox-key"), settings(values));
    }

    /** One that soon takes silence for an answer. */
    static UpstreamFixture impatient(TestDatabase database, FakeVendor fake) {
        return of(database, fake, "submit-timeout", "300ms", "status-timeout", "300ms");
    }

    public static UpstreamSettings settings(Map<String, String> values) {
        Map<String, String> named = new HashMap<>();
        values.forEach((name, value) -> named.put("seedgate.upstream-" + name, value));
        return new Binder(new MapConfigurationPropertySource(named))
                .bindOrCreate("seedgate", UpstreamSettings.class);
    }

    public static UpstreamFixture of(
            TestDatabase database, Endpoint endpoint, UpstreamSettings settings) {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        SettableClock clock = new SettableClock();
        VendorHttpClient client = new VendorHttpClient(endpoint, settings);
        SubmitClassifier submits = new SubmitClassifier(settings.upstreamResubmitOn500());
        InstanceGuards guards =
                new InstanceGuards(settings, submits::countsAsFailure, submits::isAmbiguous, clock);
        JdbcClient jdbc = JdbcClient.create(database.dataSource());
        VendorPauses pauses =
                new VendorPauses(jdbc, endpoint.name(), settings.upstreamProbeInterval());
        ClusterRateLimiter budget =
                new ClusterRateLimiter(jdbc, endpoint, settings, guards, pauses, meters);
        PollClassifier polls = new PollClassifier(endpoint::baseUrl, meters);
        GuardedVendor vendor =
                new GuardedVendor(
                        settings,
                        endpoint,
                        client,
                        guards,
                        pauses,
                        submits,
                        polls,
                        new FailedCalls(),
                        meters,
                        new TaskTracing(Tracer.NOOP),
                        Clock.systemUTC());
        return new UpstreamFixture(endpoint, client, guards, pauses, budget, vendor, meters, clock);
    }

    public SubmitAnswer submit() {
        return vendor.submit(CLIP, permit());
    }

    public PollAnswer poll(String id) {
        return vendor.poll(id, permit());
    }

    public static Permit permit() {
        return new Permit(System.nanoTime() + Duration.ofSeconds(10).toNanos(), false);
    }

    public static Permit probe() {
        return new Permit(permit().deadlineNanos(), true);
    }

    @Override
    public void close() {
        client.close();
    }
}
