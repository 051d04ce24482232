package dev.seedgate.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.sandbox.SandboxServer.Answer;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The vendor's contract, as the sandbox keeps it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SandboxTests {

    private SandboxServer sandbox;

    @BeforeAll
    void start() {
        sandbox = SandboxServer.start();
    }

    @AfterAll
    void stop() {
        sandbox.close();
    }

    @BeforeEach
    void now() {
        sandbox.database().shiftTime(Duration.ZERO);
    }

    @Test
    void answersAnOrderWithItsId() {
        Answer answer =
                sandbox.generate(SandboxServer.body("a market at night", "16:9", "5", false));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(answer.body().path("code").intValue()).isEqualTo(200);
        assertThat(answer.body().path("message").stringValue()).isEqualTo("success");
        assertThat(answer.data().propertyNames()).containsExactly("task_id");
        assertThat(answer.data().path("task_id").stringValue()).matches("sd15p_[0-9a-z]{15}");
    }

    @Test
    void tellsTheSevenFieldsOfARunningTask() {
        JsonNode status =
                sandbox.status(sandbox.order("  a market at night\n", "9:16", "10", true));
        assertThat(status.propertyNames())
                .containsExactly(
                        "task_id",
                        "status",
                        "request",
                        "response",
                        "consumed_credits",
                        "error_message",
                        "created_at");
        assertThat(status.path("status").stringValue()).isEqualTo("IN_PROGRESS");
        assertThat(status.path("request"))
                .hasToString(
                        "{\"prompt\":\"a market at night\",\"aspect_ratio\":\"9:16\",\"duration\":\"10\",\"sound\":true}");
        assertThat(status.path("response").isNull()).isTrue();
        assertThat(status.path("consumed_credits").longValue()).isEqualTo(260);
        assertThat(status.path("error_message").isNull()).isTrue();
        assertThat(status.path("created_at").stringValue())
                .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ");
    }

    @Test
    void succeedsWhenTheRenderTimeIsOver() {
        String id = sandbox.order("a market at night");
        sandbox.database().shiftTime(Duration.ofSeconds(7));
        assertThat(sandbox.status(id).path("status").stringValue()).isEqualTo("IN_PROGRESS");
        sandbox.database().shiftTime(Duration.ofSeconds(9));
        JsonNode status = sandbox.status(id);
        assertThat(status.path("status").stringValue()).isEqualTo("SUCCESS");
        assertThat(status.path("consumed_credits").longValue()).isEqualTo(65);
        assertThat(status.path("response").size()).isEqualTo(1);
        assertThat(status.path("response").get(0).stringValue())
                .startsWith(sandbox.uri("/sandbox/media/").toString())
                .endsWith(".mp4")
                .doesNotContain(id);
    }

    @Test
    void echoesTheImagesAndIgnoresTheAspectRatioBesideThem() {
        Answer answer =
                sandbox.generate(
                        """
                        {"prompt":"p","aspect_ratio":"4:3","duration":"5","image_urls":["https://cdn.example.com/1.png"]}\
                        """);
        JsonNode request =
                sandbox.status(answer.data().path("task_id").stringValue()).path("request");
        assertThat(request)
                .hasToString(
                        "{\"prompt\":\"p\",\"aspect_ratio\":\"16:9\",\"duration\":\"5\",\"sound\":false,"
                                + "\"image_urls\":[\"https://cdn.example.com/1.png\"]}");
    }

    @ParameterizedTest
    @CsvSource({"5,false,65", "10,false,130", "5,true,130", "10,true,260"})
    void takesThePriceOfThePreset(String duration, boolean sound, long credits) {
        long before = sandbox.spent();
        sandbox.order("a market at night", "1:1", duration, sound);
        assertThat(sandbox.spent() - before).isEqualTo(credits);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "no json",
                "[]",
                "{}",
                "{\"aspect_ratio\":\"16:9\",\"duration\":\"5\"}",
                "{\"prompt\":\" \",\"aspect_ratio\":\"16:9\",\"duration\":\"5\"}",
                "{\"prompt\":7,\"aspect_ratio\":\"16:9\",\"duration\":\"5\"}",
                "{\"prompt\":\"nul \\u0000\",\"aspect_ratio\":\"16:9\",\"duration\":\"5\"}",
                "{\"prompt\":\"half \\ud83d\",\"aspect_ratio\":\"16:9\",\"duration\":\"5\"}",
                "{\"prompt\":\"p\",\"duration\":\"5\"}",
                "{\"prompt\":\"p\",\"aspect_ratio\":\"4:3\",\"duration\":\"5\"}",
                "{\"prompt\":\"p\",\"aspect_ratio\":\"16:9\"}",
                "{\"prompt\":\"p\",\"aspect_ratio\":\"16:9\",\"duration\":5}",
                "{\"prompt\":\"p\",\"aspect_ratio\":\"16:9\",\"duration\":\"7\"}",
                "{\"prompt\":\"p\",\"aspect_ratio\":\"16:9\",\"duration\":\"5\",\"sound\":\"true\"}",
                "{\"prompt\":\"p\",\"aspect_ratio\":\"16:9\",\"duration\":\"5\",\"image_urls\":\"x\"}",
                "{\"prompt\":\"p\",\"aspect_ratio\":\"16:9\",\"duration\":\"5\",\"image_urls\":[1]}"
            })
    void refusesWhatIsNotAnOrder(String body) {
        long before = sandbox.spent();
        assertRefused(sandbox.generate(body), 400);
        assertThat(sandbox.spent()).isEqualTo(before);
    }

    @Test
    void takesAThousandCharactersAndNotOneMore() {
        String thousand = "\uD83D\uDE80".repeat(1000);
        assertThat(sandbox.status(sandbox.order(thousand)).path("request").path("prompt"))
                .hasToString("\"" + thousand + "\"");
        assertRefused(
                sandbox.generate(SandboxServer.body(thousand + "x", "16:9", "5", false)), 400);
    }

    @Test
    void refusesABodyThatIsTooLarge() {
        assertRefused(sandbox.generate("{\"x\":\"" + "x".repeat(65 * 1024) + "\"}"), 413);
    }

    @Test
    void takesTheTaskIdFromTheQueryOrThePostedBody() {
        String id = sandbox.order("a market at night");
        String body = "{\"task_id\":\"" + id + "\"}";
        assertThat(
                        sandbox.send(
                                sandbox.request("/sandbox/api/status")
                                        .header("Content-Type", "application/json")
                                        .POST(BodyPublishers.ofString(body))))
                .satisfies(answer -> assertIs(answer, id));
        // What curl -d sends when nobody tells it a type.
        assertThat(
                        sandbox.send(
                                sandbox.request("/sandbox/api/status")
                                        .header("Content-Type", "application/x-www-form-urlencoded")
                                        .POST(BodyPublishers.ofString(body))))
                .satisfies(answer -> assertIs(answer, id));
        assertThat(
                        sandbox.send(
                                sandbox.request("/sandbox/api/status?task_id=" + id)
                                        .POST(BodyPublishers.noBody())))
                .satisfies(answer -> assertIs(answer, id));
    }

    @Test
    void refusesAStatusWithoutATaskThatExists() {
        assertRefused(sandbox.send(sandbox.request("/sandbox/api/status")), 400);
        assertRefused(
                sandbox.send(
                        sandbox.request("/sandbox/api/status")
                                .POST(BodyPublishers.ofString("{\"task_id\":7}"))),
                400);
        assertRefused(
                sandbox.send(sandbox.request("/sandbox/api/status?task_id=sd15p_0123456789abcde")),
                404);
        // The database can't even be asked for this one.
        assertRefused(sandbox.send(sandbox.request("/sandbox/api/status?task_id=x%00y")), 404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Bearer", "Bearer wrong", "Basic sandbox-key", "sandbox-key"})
    void refusesWhoHasNotTheKey(String authorization) {
        HttpRequest.Builder generate = HttpRequest.newBuilder(sandbox.uri("/sandbox/api/generate"));
        HttpRequest.Builder status =
                HttpRequest.newBuilder(sandbox.uri("/sandbox/api/status?task_id=x"));
        if (!authorization.isEmpty()) {
            generate.header("Authorization", authorization);
            status.header("Authorization", authorization);
        }
        assertRefused(sandbox.send(generate.POST(BodyPublishers.ofString("{}"))), 401);
        assertRefused(sandbox.send(status), 401);
    }

    @Test
    void answersForWhatItDoesNotServe() {
        assertRefused(sandbox.send(sandbox.request("/sandbox/api/generate")), 405);
        assertRefused(sandbox.send(sandbox.request("/sandbox/api/status").DELETE()), 405);
        assertRefused(sandbox.send(sandbox.request("/sandbox/api/credits")), 404);
        assertRefused(sandbox.send(sandbox.request("/sandbox/media/clip_unknown.mp4")), 404);
        assertRefused(
                sandbox.send(
                        sandbox.request("/sandbox/media/clip_unknown.mp4")
                                .header("Accept", "video/mp4")),
                404);
    }

    @Test
    void answersForItsOwnFailuresToo() {
        sandbox.database().execute("alter table sandbox_task rename to mislaid");
        try {
            assertRefused(
                    sandbox.generate(SandboxServer.body("a market", "16:9", "5", false)), 500);
            assertRefused(
                    sandbox.send(sandbox.request("/sandbox/api/status?task_id=sd15p_0")), 500);
            assertRefused(sandbox.send(sandbox.request("/sandbox/media/clip_0.mp4")), 500);
        } finally {
            sandbox.database().execute("alter table mislaid rename to sandbox_task");
        }
    }

    @Test
    void staysOutOfTheApiDescription() {
        assertThat(sandbox.send(sandbox.request("/v3/api-docs")).http().body())
                .contains("openapi")
                .doesNotContain("/sandbox");
    }

    @Test
    void remembersItsTasksWhenItIsStartedAgain() {
        String id = sandbox.order("a market at night");
        try (SandboxServer again =
                SandboxServer.start(
                        sandbox.database(),
                        "seedgate.public-url=https://video.example.com/",
                        "seedgate.sandbox-render-time=1m")) {
            again.database().shiftTime(Duration.ofSeconds(9));
            assertThat(again.status(id).path("response").get(0).stringValue())
                    .startsWith("https://video.example.com/sandbox/media/clip_");
        }
    }

    private static void assertIs(Answer answer, String id) {
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.data().path("task_id").stringValue()).isEqualTo(id);
    }

    static void assertRefused(Answer answer, int status) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.body().propertyNames()).containsExactly("code", "message");
        assertThat(answer.body().path("code").intValue()).isEqualTo(status);
        assertThat(answer.body().path("message").stringValue()).isNotBlank();
    }
}
