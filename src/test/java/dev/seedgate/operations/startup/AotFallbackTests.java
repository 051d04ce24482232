package dev.seedgate.operations.startup;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

class AotFallbackTests {

    private static final Pattern VARIABLE =
            Pattern.compile("`((?:SPRING|SERVER|MANAGEMENT|LOGGING)_[A-Z_]+)`");

    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SPRING_DATASOURCE_URL",
                "SPRING_DATASOURCE_HIKARI_MAXIMUM_POOL_SIZE",
                "SPRING_CONFIG_IMPORT",
                "SPRING_BACKGROUNDPREINITIALIZER_IGNORE",
                "SPRING_JPA_HIBERNATE_DDLAUTO",
                "SERVER_PORT",
                "SERVER_TOMCAT_MAX_CONNECTIONS",
                "LOGGING_LEVEL_ROOT",
                "SEEDGATE_CONSOLE_OIDC_ISSUER",
                "KUBERNETES_SERVICE_HOST",
                "SPRINGFIELD"
            })
    void whatIsOnlyAValueFitsTheBuild(String variable) {
        assertThat(fits(Map.of(variable, "1"))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SPRING_FLYWAY_ENABLED",
                "SPRING_JPA_SHOW_SQL",
                "SPRING_AUTOCONFIGURE_EXCLUDE",
                "SPRING_PROFILES_ACTIVE",
                "SPRING_THREADS_VIRTUAL_ENABLED",
                "SERVER_FORWARD_HEADERS_STRATEGY",
                "MANAGEMENT_SERVER_PORT",
                "MANAGEMENT_OPENTELEMETRY_TRACING_EXPORT_OTLP_ENDPOINT",
                "OTEL_EXPORTER_OTLP_ENDPOINT",
                "SPRINGDOC_API_DOCS_ENABLED"
            })
    void whatBeansMayBeDecidedByDoesNot(String variable) {
        assertThat(fits(Map.of(variable, "1"))).isFalse();
        assertThat(fits(Map.of(variable, " "))).as("blank is not given").isTrue();
    }

    @Test
    void theSandboxDoesNot() {
        assertThat(fits(Map.of("SEEDGATE_UPSTREAM_API_KEY", ""))).isFalse();
        assertThat(
                        fits(
                                Map.of(
                                        "SEEDGATE_UPSTREAM_API_KEY",
                                        "",
                                        "SEEDGATE_UPSTREAM_API_KEY_FILE",
                                        "/run/key")))
                .isTrue();
    }

    @Test
    void aVariableSwitchesItOff() {
        assertThat(fits(Map.of("SPRING_AOT_ENABLED", "false"))).isFalse();
        assertThat(fits(Map.of("SPRING_AOT_ENABLED", "true"))).isTrue();
    }

    /** Their names in a file are those with dashes. */
    @Test
    void aFileOfSettingsIsLookedAtToo() throws IOException {
        assertThat(fitsWithFile("spring.datasource.hikari.maximum-pool-size: 9")).isTrue();
        assertThat(fitsWithFile("spring.lifecycle.timeout-per-shutdown-phase: 9s")).isTrue();
        assertThat(fitsWithFile("management.server.port: 9")).isFalse();
        assertThat(fitsWithFile("server: {forward-headers-strategy: framework}")).isFalse();
    }

    /**
     * Of what docs/settings.md offers, these alone cost the faster start, beside a collector and
     * the sandbox.
     */
    @Test
    void documentedSettingsFitButTwo() throws IOException {
        TreeSet<String> unfit = new TreeSet<>();
        VARIABLE.matcher(Files.readString(Path.of("docs/settings.md")))
                .results()
                .map(match -> match.group(1))
                .filter(it -> !fits(Map.of(it, "1")))
                .forEach(unfit::add);
        assertThat(unfit).containsExactly("MANAGEMENT_SERVER_PORT", "SPRING_FLYWAY_ENABLED");
    }

    private boolean fitsWithFile(String yaml) throws IOException {
        Files.writeString(folder.resolve("application.yaml"), yaml);
        return fits(Map.of("SPRING_CONFIG_ADDITIONAL_LOCATION", folder + "/"));
    }

    /** Of a gateway with the vendor's key and these variables. */
    private static boolean fits(Map<String, Object> variables) {
        Map<String, Object> all = new HashMap<>(Map.of("SEEDGATE_UPSTREAM_API_KEY", "key"));
        all.putAll(variables);
        StandardEnvironment environment = new StandardEnvironment();
        environment
                .getPropertySources()
                .replace(
                        StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                        new SystemEnvironmentPropertySource("systemEnvironment", all));
        environment
                .getPropertySources()
                .replace(
                        StandardEnvironment.SYSTEM_PROPERTIES_PROPERTY_SOURCE_NAME,
                        new MapPropertySource("systemProperties", Map.of()));
        if (variables.containsKey("SPRING_CONFIG_ADDITIONAL_LOCATION")) {
            ConfigDataEnvironmentPostProcessor.applyTo(environment);
        }
        return AotFallback.fits(environment);
    }
}
