package dev.seedgate.operations.startup;

import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.seedgate.platform.database.BillingZone;
import dev.seedgate.platform.values.StartupException;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.validation.annotation.Validated;

class OneLineFailureReporterTests {

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
        assertThat(
                        OneLineFailureReporter.explain(
                                new IllegalStateException(new PortInUseException(8080))))
                .startsWith(
                        "Port 8080 is in use: stop the program that has it, or set SERVER_PORT");
    }

    @Test
    void prefersTheProblemToThoseItHit() {
        assertThat(
                        OneLineFailureReporter.explain(
                                new IllegalStateException(
                                        "bean x", new StartupException("Do this.\nThen that."))))
                .isEqualTo("Do this. Then that.");
        assertThat(OneLineFailureReporter.explain(new IllegalStateException("unknown"))).isNull();
    }

    @Test
    void explainsMigrationsThatWereChanged() {
        TestDatabase database = TestDatabase.create();
        Flyway flyway = database.flyway();
        database.execute("update flyway_schema_history set checksum = 1 where version = '1'");
        assertThatThrownBy(flyway::migrate)
                .satisfies(e ->
                        assertThat(OneLineFailureReporter.explain(e))
                                .contains("not those of this version of the gateway")
                                .contains("checksum mismatch for migration version 1")
                                .doesNotContain("\n"));
    }

    @Test
    void explainsMigrationsThatAreNotOurs() {
        TestDatabase database = TestDatabase.create();
        database.execute("update flyway_schema_history set version = '1.5' where version = '2'");
        assertThat(lineFor(database.flyway()))
                .contains("not those of this version of the gateway")
                .contains("1.5");
    }

    @Test
    void explainsADatabaseThatTakesNoWrites() {
        TestDatabase database = TestDatabase.createEmpty();
        database.makeReadOnly();
        assertThat(lineFor(database.flyway()))
                .startsWith("The database is read-only (ERROR: cannot execute CREATE TABLE")
                .doesNotContain("this version");
    }

    @Test
    void explainsARoleThatMayNotMakeTables() {
        TestDatabase database = TestDatabase.createEmpty();
        Flyway flyway =
                Flyway.configure()
                        .dataSource(database.as(TestDatabase.APPLICATION).url(), null, null)
                        .load();
        assertThat(lineFor(flyway))
                .contains("permission denied for schema public")
                .contains("SPRING_FLYWAY_USER");
    }

    @Test
    void explainsALockThatSomebodyElseHolds(@TempDir Path folder) throws Exception {
        Flyway impatient =
                migration(folder, "set lock_timeout = '100ms'; select pg_advisory_xact_lock(1)");
        try (Connection other = impatient.getConfiguration().getDataSource().getConnection();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("select pg_advisory_xact_lock(1)");
            assertThat(lineFor(impatient))
                    .startsWith("Somebody else holds what this start needs to lock")
                    .contains("lock timeout");
        }
    }

    @Test
    void explainsTablesThatSomebodyElseMade() {
        TestDatabase database = TestDatabase.createEmpty();
        database.execute("create table something (id int)");
        assertThat(lineFor(database.flyway()))
                .startsWith("The migrations could not be applied (Found non-empty schema(s)");
    }

    @Test
    void explainsALoginOfTheMigrationsThatIsRefused() {
        TestDatabase database = TestDatabase.create();
        Flyway flyway =
                Flyway.configure()
                        .dataSource(database.as("nobody_of_this_name").url(), null, null)
                        .load();
        assertThat(lineFor(flyway))
                .startsWith("The database refuses the login")
                .contains("SPRING_FLYWAY_USER")
                .doesNotContain("secret");
    }

    @Test
    void explainsAnExtensionThatIsNotThere(@TempDir Path folder) throws IOException {
        assertThat(lineFor(migration(folder, "create extension nowhere")))
                .startsWith(
                        "The database lacks an extension (ERROR: extension \"nowhere\" is not available)");
    }

    /** Whatever a database can refuse a migration with, its own words are in the line. */
    @ParameterizedTest
    @CsvSource({
        "42501, The database role may not do this",
        "25006, The database is read-only",
        "55P03, Somebody else holds what this start needs to lock",
        "40P01, Somebody else holds what this start needs to lock",
        "57014, The database took too long for what this start asks",
        "53100, The database's disk is full",
        "53200, The database lacks resources",
        "53300, The database has no connection left",
        "3F000, The database has no schema",
        "08006, The database went away",
        "57P01, The database went away",
        "58030, The database itself is broken",
        "XX001, The database itself is broken",
        "42P07, The migrations could not be applied",
        "42P01, The migrations could not be applied",
        "0A000, The migrations could not be applied",
        "22003, The migrations could not be applied",
        "23505, The migrations could not be applied",
        "P0001, The migrations could not be applied"
    })
    void saysTheFirstCauseOfAMigrationThatFails(String state, String begin, @TempDir Path folder)
            throws IOException {
        String sql =
                "do $$ begin raise exception 'the first cause' using errcode = '%s'; end $$"
                        .formatted(state);
        String line = lineFor(migration(folder, sql));
        assertThat(line)
                .startsWith(begin)
                .contains("the first cause")
                .doesNotContain("this version")
                .doesNotContain("\n");
        if (begin.endsWith("applied")) {
            assertThat(line).contains("V1__sample.sql").contains(state);
        }
    }

    private static Flyway migration(Path folder, String sql) throws IOException {
        Files.writeString(folder.resolve("V1__sample.sql"), sql + ";\n");
        return Flyway.configure()
                .dataSource(TestDatabase.createEmpty().as(TestDatabase.OWNER).url(), null, null)
                .locations("filesystem:" + folder)
                .load();
    }

    private static String lineFor(Flyway flyway) {
        return String.valueOf(OneLineFailureReporter.explain(catchThrowable(flyway::migrate)));
    }

    @Test
    void explainsADatabaseThatIsNotThere() throws IOException {
        // Held but not listened on: nobody else gets the port, and who calls it is refused.
        try (Socket held = new Socket()) {
            held.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            String place = "127.0.0.1:" + held.getLocalPort() + "/gone";
            String url = "jdbc:postgresql://" + place + "?password=secret";
            assertThatThrownBy(() -> DatabaseCheck.check(url, new Properties(), NO_PATIENCE))
                    .isInstanceOf(StartupException.class)
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
        TestDatabase database = TestDatabase.createEmpty();
        Map<String, String> settings = database.settings();
        Properties application = new Properties();
        application.setProperty("user", settings.get("spring.datasource.username"));
        application.setProperty("password", settings.get("spring.datasource.password"));
        String url = String.valueOf(settings.get("spring.datasource.url"));
        assertThatThrownBy(() -> DatabaseCheck.checkTables(url, application))
                .isInstanceOf(StartupException.class)
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
            assertThat(gateway.team().generate("works")).hasStatus(200);
        }
    }

    @Test
    void saysWhatTheApplicationsRoleLacks() {
        TestDatabase database = TestDatabase.create();
        database.execute("revoke select on installation from " + TestDatabase.APPLICATION);
        new ApplicationContextRunner()
                .withBean(
                        JdbcClient.class,
                        () -> JdbcClient.create(database.as(TestDatabase.APPLICATION).dataSource()))
                .withUserConfiguration(FirstReader.class)
                .run(context ->
                        assertThat(explained(context.getStartupFailure()))
                                .contains("permission denied for table installation")
                                .contains("SPRING_FLYWAY_USER"));
    }

    private static String explained(@Nullable Throwable failure) {
        assertThat(failure).isNotNull();
        return String.valueOf(OneLineFailureReporter.explain(failure));
    }

    // No stereotype: the scan of the whole gateway must not find it in the tests.
    @ConfigurationPropertiesScan(basePackageClasses = BillingZone.class)
    @Import(BillingZone.class)
    static class FirstReader {}

    static Process gateway(Map<String, String> variables) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.seedgate.Launcher");
        builder.environment().putAll(variables);
        return builder.redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    }

    static String text(InputStream stream) throws IOException {
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
                    line[0] = String.valueOf(OneLineFailureReporter.explain(failure));
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
