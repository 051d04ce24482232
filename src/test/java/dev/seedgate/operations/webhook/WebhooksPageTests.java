package dev.seedgate.operations.webhook;

import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.FakeVendor.Request;
import dev.seedgate.testing.FreePort;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Json;
import dev.seedgate.testing.TestDatabase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** What docs/webhooks.md shows receivers, run as it stands there. */
class WebhooksPageTests {

    private static final Path PAGE = Path.of("docs", "webhooks.md");

    private static Gateway gateway;

    @TempDir private Path folder;

    @BeforeAll
    static void start() {
        gateway =
                Gateway.start(
                        TestDatabase.create(),
                        FakeVendor.start(),
                        "seedgate.webhooks-allow-internal=true");
    }

    @AfterAll
    static void stop() {
        gateway.close();
        gateway.vendor().close();
    }

    @ParameterizedTest
    @CsvSource({
        "java, Receiver.java, java",
        "python, receiver.py, python3",
        "typescript, receiver.mts, node"
    })
    void takesWhatIsGenuineAndNothingElse(String language, String file, String program)
            throws Exception {
        Path source = Files.writeString(folder.resolve(file), sample(language));
        String command =
                program.equals("java")
                        ? Path.of(System.getProperty("java.home"), "bin", "java").toString()
                        : program;
        assumeTrue(runs(language, command), () -> program + " can't run " + language + " here");
        int port = FreePort.find();
        String url = "http://127.0.0.1:" + port + "/hook";
        Team team = gateway.team();
        JsonNode endpoint = endpoint(team, url);
        ProcessBuilder builder = new ProcessBuilder(command, source.toString());
        builder.environment().put("PORT", String.valueOf(port));
        builder.environment().put("SEEDGATE_WEBHOOK_SECRET", endpoint.get("secret").stringValue());
        Path out = folder.resolve("out");
        Process receiver = builder.redirectErrorStream(true).redirectOutput(out.toFile()).start();
        try {
            Awaitility.await().until(() -> listens(port));
            String path = "/api/webhooks/" + endpoint.get("id").asLong();
            gateway.call("POST", path + "/test", team.key(), null);
            JsonNode delivered =
                    Awaitility.await()
                            .until(
                                    () -> team.get(path + "/deliveries").data().at("/items/0"),
                                    it -> it.get("tries").size() == 1);
            assertThat(delivered.at("/tries/0")).as(Files.readString(out)).has("status", 204);
            Awaitility.await()
                    .until(() -> Files.readString(out).contains("\"type\":\"webhook.test\""));
            for (String signature : List.of("", "v1,", "v1,AAAA", "v1a,x v1,y")) {
                assertThat(forged(url, signature)).isEqualTo(400);
            }
        } finally {
            receiver.destroyForcibly();
        }
    }

    @Test
    void tellsGenuineFromForgedByOpenssl() throws Exception {
        assumeTrue(runs("bash", "openssl"), "no openssl here");
        Path script = Files.writeString(folder.resolve("verify.sh"), sample("bash"));
        try (FakeVendor receiver =
                FakeVendor.start().onEveryGenerate(FakeVendor.answer(200, "ok"))) {
            Team team = gateway.team();
            JsonNode endpoint = endpoint(team, receiver.baseUrl() + "/api/generate");
            String path = "/api/webhooks/" + endpoint.get("id").asLong();
            gateway.call("POST", path + "/rotate", team.key(), null);
            gateway.call("POST", path + "/test", team.key(), null);
            Request heard =
                    Awaitility.await().until(receiver::generates, it -> !it.isEmpty()).getFirst();
            String secret = endpoint.get("secret").stringValue();
            assertThat(judged(script, secret, heard, heard.body())).isZero();
            assertThat(judged(script, secret, heard, heard.body() + " ")).isOne();
        }
    }

    private static JsonNode endpoint(Team team, String url) {
        return gateway.call("POST", "/api/webhooks", team.key(), Json.of("url", url)).data();
    }

    private int judged(Path script, String secret, Request heard, String body) throws Exception {
        ProcessBuilder builder = new ProcessBuilder("bash", script.toString());
        builder.environment()
                .putAll(
                        Map.of(
                                "SEEDGATE_WEBHOOK_SECRET", secret,
                                "WEBHOOK_ID", header(heard, "webhook-id"),
                                "WEBHOOK_TIMESTAMP", header(heard, "webhook-timestamp"),
                                "WEBHOOK_SIGNATURE", header(heard, "webhook-signature")));
        Path input = Files.writeString(folder.resolve("body"), body);
        return builder.redirectInput(input.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    private static String header(Request heard, String name) {
        return Objects.requireNonNull(heard.headers().get(name), name);
    }

    private static String sample(String language) throws IOException {
        Matcher block =
                Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
                        .matcher(Files.readString(PAGE));
        assertThat(block.find()).as(language).isTrue();
        return block.group(1);
    }

    private static int forged(String url, String signature) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create(url))
                            .header("webhook-id", "x")
                            .header(
                                    "webhook-timestamp",
                                    String.valueOf(System.currentTimeMillis() / 1000))
                            .header("webhook-signature", signature)
                            .POST(HttpRequest.BodyPublishers.ofString("{}", StandardCharsets.UTF_8))
                            .build();
            return http.send(request, BodyHandlers.discarding()).statusCode();
        }
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** Java is everywhere; the others only where somebody installed them. */
    private static boolean runs(String language, String program) throws InterruptedException {
        List<String> probe =
                switch (language) {
                    case "java" -> List.of(program, "--version");
                    case "bash" -> List.of(program, "version");
                    case "python" -> List.of(program, "-c", "assert ''.removeprefix('') == ''");
                    default ->
                            List.of(
                                    program,
                                    "--input-type=module-typescript",
                                    "-e",
                                    "let x: number = 1");
                };
        try {
            Process process =
                    new ProcessBuilder(probe)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            return process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
