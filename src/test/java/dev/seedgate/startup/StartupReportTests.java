package dev.seedgate.startup;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seedgate.shared.StartupProblem;
import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.TestDatabase;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.NotBlank;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.context.annotation.Configuration;
import org.springframework.validation.annotation.Validated;

class StartupReportTests {

    private static final Duration NO_PATIENCE = Duration.ZERO;

    @Test
    void namesTheVariableThatCannotBeRead() {
        assertThat(lineFor("seedgate.sample.poll-interval=abc"))
                .isEqualTo(
                        "SEEDGATE_SAMPLE_POLL_INTERVAL=abc: give a duration such as 500ms, 5s, 15m or 2h.");
    }

    @Test
    void namesTheVariableThatIsOutOfRange() {
        assertThat(lineFor("seedgate.sample.max-image-urls=9"))
                .isEqualTo("SEEDGATE_SAMPLE_MAX_IMAGE_URLS=9 must be less than or equal to 4.");
    }

    @Test
    void neverShowsASecret() {
        assertThat(lineFor("seedgate.sample.api-key= "))
                .isEqualTo("SEEDGATE_SAMPLE_API_KEY must not be blank.");
    }

    @Test
    void namesThePortThatIsTaken() {
        assertThat(StartupReport.explain(new IllegalStateException(new PortInUseException(8080))))
                .startsWith(
                        "Port 8080 is in use: stop the program that has it, or set SERVER_PORT");
    }

    @Test
    void prefersTheProblemToThoseItHit() {
        assertThat(
                        StartupReport.explain(
                                new IllegalStateException(
                                        "bean x", new StartupProblem("Do this.\nThen that."))))
                .isEqualTo("Do this. Then that.");
        assertThat(StartupReport.explain(new IllegalStateException("unknown"))).isNull();
    }

    @Test
    void explainsMigrationsThatWereChanged() {
        TestDatabase database = TestDatabase.create();
        Flyway flyway = database.flyway();
        flyway.migrate();
        database.execute("update flyway_schema_history set checksum = 1 where version = '1'");
        assertThatThrownBy(flyway::migrate)
                .satisfies(e ->
                        assertThat(StartupReport.explain(e))
                                .contains("not those of this version of the gateway")
                                .contains("checksum mismatch for migration version 1")
                                .doesNotContain("\n"));
    }

    @Test
    void explainsADatabaseThatIsNotThere() throws IOException {
        // Held but not listened on: nobody else gets the port, and who calls it is refused.
        try (Socket held = new Socket()) {
            held.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            String place = "127.0.0.1:" + held.getLocalPort() + "/gone";
            String url = "jdbc:postgresql://" + place + "?password=secret";
            assertThatThrownBy(() -> DatabaseCheck.check(url, new Properties(), NO_PATIENCE))
                    .isInstanceOf(StartupProblem.class)
                    .hasMessageContaining(place + " can't be reached")
                    .hasMessageNotContaining("secret");
        }
    }

    @Test
    void doesNotWaitForADatabaseThatDoesNotExist() {
        String url = TestDatabase.create().url().replaceFirst("/[^/?]*\\?", "/nowhere?");
        assertThatThrownBy(() -> DatabaseCheck.check(url, new Properties(), Duration.ofMinutes(1)))
                .hasMessageContaining("/nowhere does not exist: create it");
    }

    @Test
    void refusesAPostgreSqlThatIsTooOld() {
        assertThatThrownBy(() -> DatabaseCheck.checkVersion("jdbc:postgresql://db/x", 14))
                .hasMessage(
                        "The database at db/x is PostgreSQL 14: the gateway needs 15 or newer.");
    }

    @Test
    void endsTheProcessWithOneLineAndExitCode1() throws Exception {
        Process gateway = gateway(Map.of("SPRING_DATASOURCE_URL", "jdbc:mysql://db/x"));
        assertThat(text(gateway.getErrorStream()).lines())
                .singleElement()
                .asString()
                .startsWith("seedgate: SPRING_DATASOURCE_URL must look like jdbc:postgresql://");
        assertThat(gateway.waitFor()).isEqualTo(1);
    }

    @Test
    void migratesAsTheOwnerAndEndsAndThenRunsWithoutTheOwnersPassword() throws Exception {
        TestDatabase database = TestDatabase.create();
        Map<String, String> settings = database.settings();
        Properties application = new Properties();
        application.setProperty("user", settings.get("spring.datasource.username"));
        application.setProperty("password", settings.get("spring.datasource.password"));
        String url = String.valueOf(settings.get("spring.datasource.url"));
        assertThatThrownBy(() -> DatabaseCheck.checkTables(url, application))
                .isInstanceOf(StartupProblem.class)
                .hasMessageContaining("SEEDGATE_MIGRATE_ONLY=true");
        Map<String, String> variables = new HashMap<>(Map.of("SEEDGATE_MIGRATE_ONLY", "true"));
        settings.forEach((name, value) ->
                variables.put(name.toUpperCase(Locale.ROOT).replace('.', '_'), value));
        assertThat(gateway(variables).waitFor()).isZero();
        DatabaseCheck.checkTables(url, application);
        try (FakeVendor vendor = FakeVendor.start();
                Gateway gateway =
                        Gateway.start(
                                database,
                                vendor,
                                "spring.flyway.enabled=false",
                                "spring.flyway.password=")) {
            assertThat(gateway.team().generate("works").status()).isEqualTo(200);
        }
    }

    @Test
    void saysWhatTheApplicationsRoleLacks() {
        TestDatabase database = TestDatabase.create().migrated();
        database.execute("revoke select on installation from " + TestDatabase.APPLICATION);
        try (FakeVendor vendor = FakeVendor.start()) {
            assertThatThrownBy(() -> Gateway.start(database, vendor, "spring.flyway.enabled=false"))
                    .satisfies(e ->
                            assertThat(StartupReport.explain(e))
                                    .contains("permission denied for table installation")
                                    .contains("SPRING_FLYWAY_USER"));
        }
    }

    private static Process gateway(Map<String, String> variables) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.seedgate.Launcher");
        builder.environment().putAll(variables);
        return builder.redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    }

    private static String text(InputStream stream) throws IOException {
        return new String(stream.readAllBytes(), UTF_8);
    }

    private static String lineFor(String property) {
        String[] line = new String[1];
        new ApplicationContextRunner()
                .withUserConfiguration(SampleConfiguration.class)
                .withPropertyValues("seedgate.sample.api-key=x", property)
                .run(context -> {
                    Throwable failure = context.getStartupFailure();
                    assertThat(failure).isNotNull();
                    line[0] = String.valueOf(StartupReport.explain(failure));
                });
        return line[0];
    }

    @Validated
    @ConfigurationProperties("seedgate.sample")
    record Sample(@NotBlank String apiKey, Duration pollInterval, @Max(4) int maxImageUrls) {}

    @Configuration(proxyBeanMethods = false)
    @EnableConfigurationProperties(Sample.class)
    static class SampleConfiguration {}
}
