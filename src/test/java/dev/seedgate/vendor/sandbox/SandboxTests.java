package dev.seedgate.vendor.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seedgate.testing.Json;
import dev.seedgate.vendor.sandbox.SandboxServer.Answer;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.mock.web.MockHttpServletRequest;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

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
                        Json.of(
                                "prompt",
                                "a market at night",
                                "aspect_ratio",
                                "9:16",
                                "duration",
                                "10",
                                "sound",
                                true));
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
                        Json.of(
                                "prompt",
                                "p",
                                "aspect_ratio",
                                "16:9",
                                "duration",
                                "5",
                                "sound",
                                false,
                                "image_urls",
                                List.of("https://cdn.example.com/1.png")));
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
    @MethodSource("listsOfImages")
    void refusesWhatIsNotAnOrder(String body) {
        long before = sandbox.spent();
        assertRefused(sandbox.generate(body), 400);
        assertThat(sandbox.spent()).isEqualTo(before);
    }

    /** Beyond what the gateway takes too. */
    static Stream<String> listsOfImages() {
        String image = "\"https://cdn.example.com/i\"";
        return Stream.of(
                        String.join(",", Collections.nCopies(5, image)),
                        String.join(",", Collections.nCopies(1000, image)),
                        "\"https://cdn.example.com/" + "i".repeat(2048) + "\"",
                        "\"\"",
                        "\" \"",
                        "\"i.png\"",
                        "\"//cdn.example.com/i\"",
                        "\"file:///etc/passwd\"",
                        "\"data:image/png;base64,AAAA\"",
                        "\"https:///i\"",
                        "\"https://me@cdn.example.com/i\"",
                        "\"https://cdn.example.com/ i\"")
                .map(
                        ("{\"prompt\":\"p\",\"aspect_ratio\":\"16:9\",\"duration\":\"5\","
                                        + "\"image_urls\":[%s]}")
                                ::formatted);
    }

    @Test
    void takesNoMoreOrdersThanItsRate() {
        try (SandboxServer slow = SandboxServer.start("seedgate.sandbox-orders-per-second=0.001")) {
            slow.order("the first");
            for (String next : List.of("a second", "[sandbox:http=500*9]", "")) {
                Answer refused = slow.generate(SandboxServer.body(next, "16:9", "5", false));
                assertRefused(refused, 429);
                assertThat(refused.header("Retry-After")).isEqualTo("1");
            }
            assertThat(slow.number("select count(*) from sandbox_task")).isEqualTo(1);
            assertThat(slow.number("select count(*) from sandbox_refusal")).isZero();
        }
    }

    @Test
    void forgetsWhatIsOld() {
        try (SandboxServer old =
                SandboxServer.start(
                        "seedgate.sandbox-retention=3d",
                        "seedgate.sandbox-expiry-interval=1h",
                        "seedgate.sandbox-expiry-batch=2")) {
            SandboxCleanup cleanup = old.context().getBean(SandboxCleanup.class);
            for (String prompt : List.of("a", "[sandbox:stuck]", "[sandbox:fail]")) {
                old.order(prompt);
            }
            old.generate(SandboxServer.body("[sandbox:http=500]", "16:9", "5", false));
            old.database().shiftTime(Duration.ofDays(2));
            String young = old.order("young");
            assertThat(cleanup.deleteExpired()).isZero();
            old.database().shiftTime(Duration.ofDays(4));
            assertThat(
                            List.of(
                                    cleanup.deleteExpired(),
                                    cleanup.deleteExpired(),
                                    cleanup.deleteExpired()))
                    .containsExactly(3, 1, 0);
            assertThat(old.status(young).path("status").stringValue()).isEqualTo("SUCCESS");
            assertThat(old.number("select count(*) from sandbox_task")).isEqualTo(1);
            // The failed one was given back before it went.
            assertThat(old.spent()).isEqualTo(3 * 65);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, false, 401",
        "127.9.9.9, false, 401",
        "::1, false, 401",
        "10.0.0.7, false, 403",
        "203.0.113.7, false, 403",
        "2001:db8::7, false, 403",
        "10.0.0.7, true, 401",
    })
    void answersItsOwnMachineUnlessToldOtherwise(String address, boolean remote, int status) {
        new ApplicationContextRunner()
                .withPropertyValues(
                        "seedgate.sandbox-api-key=x", "seedgate.sandbox-allow-remote=" + remote)
                .withUserConfiguration(SandboxServer.Settings.class)
                .run(context -> {
                    SandboxRequestReader requests =
                            new SandboxRequestReader(
                                    JsonMapper.shared(), context.getBean(SandboxSettings.class));
                    MockHttpServletRequest request = new MockHttpServletRequest();
                    request.setRemoteAddr(address);
                    assertThatThrownBy(() -> requests.requireKey(request))
                            .isInstanceOfSatisfying(
                                    SandboxException.class,
                                    it -> assertThat(it.status()).isEqualTo(status));
                });
    }

    @Test
    void hasAKeyOfItsOwnAtEachStart() {
        Set<String> keys = new HashSet<>();
        for (String configured : List.of("", "", " ", "chosen")) {
            GenericApplicationContext context = new GenericApplicationContext();
            TestPropertyValues.of(SandboxKey.NAME + "=" + configured).applyTo(context);
            new SandboxKey().initialize(context);
            keys.add(String.valueOf(context.getEnvironment().getProperty(SandboxKey.NAME)));
        }
        assertThat(keys).hasSize(4).contains("chosen").allMatch(it -> it.length() >= 6);
        assertThat(keys).filteredOn(it -> it.matches("[\\w-]{32}")).hasSize(3);
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
        String body = Json.of("task_id", id);
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
                                .POST(BodyPublishers.ofString(Json.of("task_id", 7)))),
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
