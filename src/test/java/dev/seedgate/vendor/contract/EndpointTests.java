package dev.seedgate.vendor.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seedgate.platform.values.StartupException;
import dev.seedgate.vendor.client.UpstreamFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/** Which vendor the settings choose, and what is told when they are wrong. */
class EndpointTests {

    @TempDir private Path folder;

    @Test
    void readsTheEnvironmentVariablesOfTheContract() {
        UpstreamSettings settings =
                fromEnvironment(
                        Map.of(
                                "SEEDGATE_UPSTREAM_API_KEY_FILE", "/run/secrets/key",
                                "SEEDGATE_UPSTREAM_API_KEY", "abc",
                                "SEEDGATE_UPSTREAM_BASE_URL", "https://v.example",
                                "SEEDGATE_UPSTREAM_REQUESTS_PER_SECOND", "0.5",
                                "SEEDGATE_UPSTREAM_MAX_CONCURRENT", "7",
                                "SEEDGATE_UPSTREAM_SUBMIT_TIMEOUT", "61s",
                                "SEEDGATE_UPSTREAM_STATUS_TIMEOUT", "PT11S",
                                "SEEDGATE_UPSTREAM_RESUBMIT_ON_500", "false",
                                "SEEDGATE_UPSTREAM_PROBE_INTERVAL", "3s"));
        assertThat(settings.upstreamApiKeyFile()).isEqualTo(Path.of("/run/secrets/key"));
        assertThat(settings.upstreamApiKey()).isEqualTo("abc");
        assertThat(settings.upstreamBaseUrl()).isEqualTo("https://v.example");
        assertThat(settings.upstreamRequestsPerSecond()).isEqualTo(0.5);
        assertThat(settings.upstreamMaxConcurrent()).isEqualTo(7);
        assertThat(settings.upstreamSubmitTimeout()).isEqualTo(Duration.ofSeconds(61));
        assertThat(settings.upstreamStatusTimeout()).isEqualTo(Duration.ofSeconds(11));
        assertThat(settings.upstreamResubmitOn500()).isFalse();
        assertThat(settings.upstreamProbeInterval()).isEqualTo(Duration.ofSeconds(3));
        assertThat(settings.toString()).doesNotContain("abc");
    }

    @Test
    void hasTheDefaultsOfTheContract() {
        UpstreamSettings settings = UpstreamFixture.settings(Map.of());
        assertThat(settings.upstreamRequestsPerSecond()).isEqualTo(10);
        assertThat(settings.upstreamMaxConcurrent()).isEqualTo(32);
        assertThat(settings.upstreamSubmitTimeout()).isEqualTo(Duration.ofSeconds(60));
        assertThat(settings.upstreamStatusTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(settings.upstreamResubmitOn500()).isTrue();
        assertThat(settings.upstreamProbeInterval()).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void choosesTheSandboxWithoutAKeyAndTheVendorWithOne() {
        Endpoint sandbox = endpoint("api-key", " ", "api-key-file", "");
        assertThat(sandbox.name()).isEqualTo("sandbox");
        assertThat(sandbox.key()).isEqualTo("sandbox-key");
        assertThat(sandbox.baseUrl()).isNull();
        Endpoint vendor = endpoint("api-key", "abc");
        assertThat(vendor.name()).isEqualTo("seedance");
        assertThat(vendor.key()).isEqualTo("abc");
        assertThat(vendor.baseUrl()).isEqualTo("https://seedance1-5pro.com");
    }

    @Test
    void refusesABaseUrlWithoutAKey() {
        assertThatThrownBy(() -> endpoint("base-url", "https://v.example"))
                .isInstanceOf(StartupException.class)
                .hasMessageContaining("SEEDGATE_UPSTREAM_API_KEY");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "v.example",
                "ftp://v.example",
                "https://",
                "https:///api",
                "https://u:p@v.example",
                "https://v.example/?a=b",
                "https://v.example/#x",
                "https://v.example:99999",
                "http://a b",
                "not a url",
            })
    void refusesAMalformedBaseUrl(String url) {
        assertThatThrownBy(() -> endpoint("api-key", "abc", "base-url", url))
                .isInstanceOf(StartupException.class)
                .hasMessageContaining("SEEDGATE_UPSTREAM_BASE_URL")
                .hasMessageNotContainingAny("\n", "u:p@");
    }

    @Test
    void refusesAKeyFileThatCannotBeReadOrHoldsNoKey() throws IOException {
        Path file = folder.resolve("key");
        assertThatThrownBy(() -> endpoint("api-key-file", file.toString()))
                .isInstanceOf(StartupException.class)
                .hasMessageContaining("SEEDGATE_UPSTREAM_API_KEY_FILE");
        Files.writeString(file, "\n");
        assertThatThrownBy(() -> endpoint("api-key-file", file.toString()))
                .isInstanceOf(StartupException.class);
        assertThatThrownBy(() -> endpoint("api-key", "two\nlines"))
                .isInstanceOf(StartupException.class)
                .hasMessageNotContaining("two");
        assertThatThrownBy(() -> endpoint("api-key", "a", "api-key-file", file.toString()))
                .isInstanceOf(StartupException.class);
    }

    @Test
    void readsTheKeyAgainWhenItsFileChanges() throws IOException {
        Path file = folder.resolve("key");
        write(file, "first\n", 1_000);
        Endpoint endpoint = endpoint("api-key-file", file.toString());
        assertThat(endpoint.key()).isEqualTo("first");
        write(file, "second\n", 2_000);
        assertThat(endpoint.key()).isEqualTo("second");
        write(file, "", 3_000);
        assertThat(endpoint.key()).isEqualTo("second");
        Files.delete(file);
        assertThat(endpoint.key()).isEqualTo("second");
        write(file, "third", 4_000);
        assertThat(endpoint.key()).isEqualTo("third");
    }

    private static void write(Path file, String key, long changedMillis) throws IOException {
        Files.writeString(file, key);
        Files.setLastModifiedTime(file, FileTime.fromMillis(changedMillis));
    }

    private static Endpoint endpoint(String... pairs) {
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            values.put(pairs[i], pairs[i + 1]);
        }
        return Endpoint.of(UpstreamFixture.settings(values), "sandbox-key");
    }

    private static UpstreamSettings fromEnvironment(Map<String, Object> variables) {
        StandardEnvironment environment = new StandardEnvironment();
        environment
                .getPropertySources()
                .addFirst(new SystemEnvironmentPropertySource("test-systemEnvironment", variables));
        ConfigurationPropertySources.attach(environment);
        return Binder.get(environment).bindOrCreate("seedgate", UpstreamSettings.class);
    }
}
