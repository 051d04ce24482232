package dev.seedgate.vendor.client;

import static dev.seedgate.testing.FakeVendor.accepted;
import static dev.seedgate.testing.FakeVendor.answer;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.FakeVendor.Reaction;
import dev.seedgate.testing.FakeVendor.Request;
import dev.seedgate.testing.TestDatabase;
import dev.seedgate.vendor.contract.ClipRequest;
import dev.seedgate.vendor.contract.SubmitAnswer;
import dev.seedgate.vendor.contract.TransportResult;
import dev.seedgate.vendor.throttle.Permit;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The table of answers on a real socket, and what is on the wire. */
class SubmitTests {

    private static final TestDatabase DATABASE = TestDatabase.create();

    private final FakeVendor fake = FakeVendor.start();
    private final UpstreamFixture gateway = UpstreamFixture.of(DATABASE, fake);

    @BeforeEach
    void forgetPauses() {
        DATABASE.execute("truncate upstream_pause, upstream_budget");
    }

    @AfterEach
    void close() {
        gateway.close();
        fake.close();
    }

    @Test
    void sendsTheFieldsInAFixedOrderAndNothingElse() {
        ClipRequest request =
                new ClipRequest(
                        "A \"quoted\"\nline \u00fc",
                        "9:16",
                        10,
                        true,
                        List.of("https://a.example/1.png"));
        assertThat(gateway.vendor().submit(request, UpstreamFixture.permit()))
                .isInstanceOf(SubmitAnswer.Accepted.class);
        Request sent = fake.generates().getFirst();
        assertThat(sent.body())
                .isEqualTo(
                        "{\"prompt\":\"A \\\"quoted\\\"\\nline \u00fc\",\"aspect_ratio\":\"9:16\","
                                + "\"duration\":\"10\",\"sound\":true,"
                                + "\"image_urls\":[\"https://a.example/1.png\"]}");
        assertThat(sent.method()).isEqualTo("POST");
        assertThat(sent.headers())
                .containsEntry("authorization", "Bearer secret-key-123")
                .containsEntry("content-type", "application/json")
                .containsEntry("user-agent", "seedgate")
                .containsEntry("accept-encoding", "identity")
                .containsKey("content-length")
                .doesNotContainKey("transfer-encoding");
    }

    @Test
    void leavesEmptyImagesOutAndSaysSoundAlways() {
        gateway.submit();
        assertThat(fake.generates().getFirst().body())
                .isEqualTo(
                        "{\"prompt\":\"Drone shot over a neon night market\",\"aspect_ratio\":\"16:9\","
                                + "\"duration\":\"5\",\"sound\":false}");
    }

    @Test
    void opensANewConnectionForEachSubmit() {
        for (int i = 0; i < 3; i++) {
            assertThat(gateway.submit()).isInstanceOf(SubmitAnswer.Accepted.class);
        }
        assertThat(fake.generates().stream().map(Request::connection).distinct()).hasSize(3);
    }

    @Test
    void reachesABaseUrlWithAPath() {
        try (UpstreamFixture prefixed =
                UpstreamFixture.of(DATABASE, fake, "base-url", fake.baseUrl() + "/some/prefix/")) {
            assertThat(prefixed.submit()).isInstanceOf(SubmitAnswer.Accepted.class);
        }
        assertThat(fake.generates().getFirst().path()).isEqualTo("/some/prefix/api/generate");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("answers")
    void classifies(String name, Reaction reaction, Class<? extends SubmitAnswer> meaning) {
        fake.onGenerate(reaction);
        SubmitAnswer answer = gateway.submit();
        assertThat(answer).isInstanceOf(meaning);
        assertThat(answer.evidence())
                .contains("POST /api/generate")
                .hasSizeLessThanOrEqualTo(600)
                .doesNotContain("secret-key-123", "neon night");
        assertThat(fake.generates()).hasSize(1);
    }

    static Stream<Arguments> answers() {
        return Stream.of(
                row("200 with an id", FakeVendor.acceptWithId("x"), SubmitAnswer.Accepted.class),
                row("201 with an id", answer(201, accepted("y")), SubmitAnswer.Accepted.class),
                row(
                        "longest id",
                        FakeVendor.acceptWithId("~".repeat(128)),
                        SubmitAnswer.Accepted.class),
                row(
                        "id without code",
                        answer(200, "{\"data\":{\"task_id\":\"a\"}}"),
                        SubmitAnswer.Accepted.class),
                row(
                        "id beside another code",
                        answer(200, "{\"code\":500,\"data\":{\"task_id\":\"a\"}}"),
                        SubmitAnswer.Accepted.class),
                row(
                        "odd content type",
                        answer(200, Map.of("Content-Type", "??;;"), accepted("z")),
                        SubmitAnswer.Accepted.class),
                row(
                        "blanks around the id",
                        FakeVendor.acceptWithId(" a\\n"),
                        SubmitAnswer.Accepted.class),
                row(
                        "code 0 with an id",
                        answer(200, "{\"code\":0,\"data\":{\"task_id\":\"a\"}}"),
                        SubmitAnswer.Accepted.class),
                row("code 0", answer(200, "{\"code\":0}"), SubmitAnswer.Uncertain.class),
                row(
                        "an id outside of data",
                        answer(200, "{\"code\":200,\"task_id\":\"a\"}"),
                        SubmitAnswer.Accepted.class),
                row(
                        "an id in data as text",
                        answer(200, "{\"code\":200,\"data\":\"{\\\"task_id\\\":\\\"a\\\"}\"}"),
                        SubmitAnswer.Accepted.class),
                row(
                        "an id in an array",
                        answer(200, "{\"code\":200,\"data\":[{\"task_id\":\"a\"}]}"),
                        SubmitAnswer.Accepted.class),
                row(
                        "an id behind what is no JSON",
                        answer(200, "{\"code\":200,\"x\":None,\"data\":{\"task_id\": \"a\"}}"),
                        SubmitAnswer.Accepted.class),
                row(
                        "an id before the answer breaks off",
                        answer(200, "{\"code\":200,\"data\":{\"task_id\":\"a\",\"sta"),
                        SubmitAnswer.Accepted.class),
                row(
                        "an id that breaks off",
                        answer(200, "{\"code\":200,\"data\":{\"task_id\":\"ab"),
                        SubmitAnswer.Uncertain.class),
                row(
                        "a 401 that breaks off",
                        answer(200, "{\"code\":401,\"data\":{"),
                        SubmitAnswer.Uncertain.class),
                row("401", FakeVendor.error(401), SubmitAnswer.AccountStopped.class),
                row("403 as HTML", FakeVendor.html(403), SubmitAnswer.AccountStopped.class),
                row("402", FakeVendor.error(402), SubmitAnswer.AccountStopped.class),
                row(
                        "200 with code 401",
                        answer(200, "{\"code\":401,\"message\":\"no\"}"),
                        SubmitAnswer.AccountStopped.class),
                row(
                        "200 with code \"402\"",
                        answer(200, "{\"code\":\"402\"}"),
                        SubmitAnswer.AccountStopped.class),
                row("429", FakeVendor.throttle("1"), SubmitAnswer.Throttled.class),
                row(
                        "200 with code 429",
                        answer(200, "{\"code\":429}"),
                        SubmitAnswer.Throttled.class),
                row("enveloped 500", FakeVendor.error(500), SubmitAnswer.Retryable.class),
                row(
                        "200 with code 500",
                        answer(200, "{\"code\":500}"),
                        SubmitAnswer.Retryable.class),
                row("enveloped 400", FakeVendor.error(400), SubmitAnswer.Refused.class),
                row("enveloped 404", FakeVendor.error(404), SubmitAnswer.Refused.class),
                row(
                        "200 with code 400",
                        answer(200, "{\"code\":400,\"message\":\"no\"}"),
                        SubmitAnswer.Refused.class),
                row("404 as HTML", FakeVendor.html(404), SubmitAnswer.AccountStopped.class),
                row(
                        "400 with a text code",
                        answer(400, "{\"code\":\"bad\"}"),
                        SubmitAnswer.AccountStopped.class),
                row(
                        "redirect",
                        FakeVendor.redirect("http://127.0.0.1:1/"),
                        SubmitAnswer.AccountStopped.class),
                row("521", FakeVendor.html(521), SubmitAnswer.NotSent.class),
                row("523", FakeVendor.html(523), SubmitAnswer.NotSent.class),
                row("525", FakeVendor.html(525), SubmitAnswer.NotSent.class),
                row("526", FakeVendor.html(526), SubmitAnswer.NotSent.class),
                row("502", FakeVendor.html(502), SubmitAnswer.Uncertain.class),
                row("503 with an envelope", FakeVendor.error(503), SubmitAnswer.Uncertain.class),
                row("504", FakeVendor.html(504), SubmitAnswer.Uncertain.class),
                row("520", FakeVendor.html(520), SubmitAnswer.Uncertain.class),
                row("522", FakeVendor.html(522), SubmitAnswer.Uncertain.class),
                row("524", FakeVendor.html(524), SubmitAnswer.Uncertain.class),
                row("500 as HTML", FakeVendor.html(500), SubmitAnswer.Uncertain.class),
                row("500 without code", answer(500, "{}"), SubmitAnswer.Uncertain.class),
                row("200 as HTML", FakeVendor.html(200), SubmitAnswer.Uncertain.class),
                row(
                        "200 without id",
                        answer(200, "{\"code\":200,\"data\":{}}"),
                        SubmitAnswer.Uncertain.class),
                row("200 with a null", answer(200, "null"), SubmitAnswer.Uncertain.class),
                row("200 without body", answer(200, ""), SubmitAnswer.Uncertain.class),
                row(
                        "a number as id",
                        answer(200, "{\"code\":200,\"data\":{\"task_id\":7}}"),
                        SubmitAnswer.Uncertain.class),
                row("an empty id", FakeVendor.acceptWithId(""), SubmitAnswer.Uncertain.class),
                row(
                        "an id with a space",
                        FakeVendor.acceptWithId("a b"),
                        SubmitAnswer.Uncertain.class),
                row(
                        "too long an id",
                        FakeVendor.acceptWithId("a".repeat(129)),
                        SubmitAnswer.Uncertain.class),
                row(
                        "truncated",
                        FakeVendor.truncated(200, accepted("t")),
                        SubmitAnswer.Uncertain.class),
                row(
                        "too large",
                        answer(200, " ".repeat(9_000_000) + accepted("t")),
                        SubmitAnswer.Uncertain.class),
                row("reset", FakeVendor.reset(), SubmitAnswer.Uncertain.class),
                row("hang-up", FakeVendor.hangUp(), SubmitAnswer.Uncertain.class));
    }

    private static Arguments row(
            String name, Reaction reaction, Class<? extends SubmitAnswer> meaning) {
        return Arguments.of(name, reaction, meaning);
    }

    @Test
    void isUncertainWhenTheAnswerDoesNotCome() {
        fake.onGenerate(fake.stall());
        try (UpstreamFixture impatient = UpstreamFixture.impatient(DATABASE, fake)) {
            assertThat(impatient.submit()).isInstanceOf(SubmitAnswer.Uncertain.class);
        }
        assertThat(fake.generates()).hasSize(1);
    }

    @Test
    void isUncertainWhenTheAnswerDripsBeyondTheTimeout() {
        fake.onGenerate(fake.drip(Duration.ofMillis(20)));
        try (UpstreamFixture impatient = UpstreamFixture.impatient(DATABASE, fake)) {
            SubmitAnswer answer = impatient.submit();
            assertThat(answer).isInstanceOf(SubmitAnswer.Uncertain.class);
            assertThat(answer.evidence()).contains("HTTP 200", "cut short");
        }
    }

    @Test
    void keepsAnIdThatCameWholeThoughTheAnswerDidNot() {
        fake.onGenerate((request, connection) -> {
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n");
            connection.write(accepted("whole"));
            connection.close();
        });
        assertThat(gateway.submit())
                .isInstanceOfSatisfying(
                        SubmitAnswer.Accepted.class,
                        it -> assertThat(it.upstreamTaskId()).isEqualTo("whole"));
    }

    @Test
    void takesALostAnswerForUncertainThoughTheVendorAccepted() {
        fake.onGenerate(fake.acceptAndReset());
        assertThat(gateway.submit()).isInstanceOf(SubmitAnswer.Uncertain.class);
        assertThat(fake.acceptedIds()).hasSize(1);
    }

    @Test
    void neverWritesASecondRequestAfterAResetAtOnce() {
        fake.resetNextConnections(1);
        SubmitAnswer answer = gateway.submit();
        // The reset comes before or after the first byte is written: both are told truly.
        if (answer instanceof SubmitAnswer.Uncertain) {
            assertThat(fake.connections()).isEqualTo(1);
        } else {
            assertThat(fake.generates()).hasSizeLessThanOrEqualTo(1);
        }
    }

    @Test
    void isNotSentWhenTheVendorRefusesConnections() {
        fake.closePort();
        SubmitAnswer answer = gateway.submit();
        assertThat(answer)
                .isInstanceOfSatisfying(
                        SubmitAnswer.NotSent.class, it -> assertThat(it.called()).isTrue());
        assertThat(answer.evidence()).contains("not sent", "Connect");
        fake.reopenPort();
        assertThat(gateway.submit()).isInstanceOf(SubmitAnswer.Accepted.class);
    }

    @Test
    void beginsNothingOnAnInterruptedThread() {
        Thread.currentThread().interrupt();
        assertThat(gateway.submit()).isInstanceOf(SubmitAnswer.NotSent.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(fake.connections()).isZero();
    }

    @Test
    void waitsForTheAnswerThoughInterrupted() {
        Thread submitting = Thread.currentThread();
        fake.onGenerate((request, connection) -> {
            submitting.interrupt();
            connection.send(200, Map.of(), accepted("late"));
        });
        assertThat(gateway.submit()).isInstanceOf(SubmitAnswer.Accepted.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void isNotSentWhenTheNameIsUnknown() {
        try (UpstreamFixture lost =
                UpstreamFixture.of(DATABASE, fake, "base-url", "http://no-such-host.invalid")) {
            assertThat(lost.submit()).isInstanceOf(SubmitAnswer.NotSent.class);
        }
    }

    @Test
    void isNotSentWhenTlsFails() {
        String https = fake.baseUrl().replace("http:", "https:");
        try (UpstreamFixture secure = UpstreamFixture.of(DATABASE, fake, "base-url", https)) {
            fake.resetNextConnections(2);
            assertThat(secure.submit()).isInstanceOf(SubmitAnswer.NotSent.class);
        }
        assertThat(fake.requests()).isEmpty();
    }

    @Test
    void isNotSentWhenTlsNeverEnds() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                UpstreamFixture secure =
                        UpstreamFixture.of(
                                DATABASE,
                                fake,
                                "base-url",
                                "https://127.0.0.1:" + silent.getLocalPort())) {
            SubmitAnswer answer = secure.submit();
            assertThat(answer).isInstanceOf(SubmitAnswer.NotSent.class);
            try (Socket accepted = silent.accept()) {
                assertThat(accepted.isBound()).isTrue();
            }
        }
    }

    @Test
    void isNotSentWhenThePermitIsOver() {
        Permit over = new Permit(System.nanoTime() - 1, false);
        assertThat(gateway.vendor().submit(UpstreamFixture.CLIP, over))
                .isInstanceOfSatisfying(
                        SubmitAnswer.NotSent.class, it -> assertThat(it.called()).isFalse());
        assertThat(fake.connections()).isZero();
    }

    @Test
    void isNotWrittenWhenTheConnectionStandsTooLate() {
        Permit longOver = new Permit(System.nanoTime() - Duration.ofSeconds(9).toNanos(), false);
        assertThat(gateway.client().submit(UpstreamFixture.CLIP, longOver))
                .isInstanceOf(TransportResult.NotSent.class);
        assertThat(fake.requests()).isEmpty();
    }

    @Test
    void doesNotFollowARedirectWithTheKeyInHand() {
        try (FakeVendor elsewhere = FakeVendor.start()) {
            fake.onGenerate(FakeVendor.redirect(elsewhere.baseUrl() + "/api/generate"));
            gateway.submit();
            assertThat(elsewhere.connections()).isZero();
        }
    }

    @Test
    void holdsAn500AsUncertainWhenToldSo() {
        try (UpstreamFixture careful =
                UpstreamFixture.of(DATABASE, fake, "resubmit-on-500", "false")) {
            fake.onGenerate(FakeVendor.error(500));
            assertThat(careful.submit()).isInstanceOf(SubmitAnswer.Uncertain.class);
        }
    }

    @Test
    void cleansTheMessageOfARefusal() {
        fake.onGenerate(
                answer(
                        400,
                        "{\"code\":400,\"message\":\" bad\\u0000\\n\\tkey secret-key-123 "
                                + "x".repeat(400)
                                + "\"}"));
        assertThat(gateway.submit())
                .isInstanceOfSatisfying(
                        SubmitAnswer.Refused.class,
                        it ->
                                assertThat(it.message())
                                        .startsWith("bad key *** xxx")
                                        .hasSizeLessThanOrEqualTo(300));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"code\":400,\"message\":\"bad: Drone shot over a neon night market\"}",
                "{\"code\":400,\"message\":\"x\",\"data\":{\"request\":{\"prompt\":\"Drone shot over a neon night market\"}}}",
                "{\"code\":400,\"message\":\"x\",\"echo\":\"DRONE  shot\\nover a \\u006eeon night market\"}",
                "<p>Drone shot over a <b>neon</b> night market</p>",
                "{\"code\":400,\"prompt\":\"Drone shot over a neon ni",
            })
    void neverRepeatsThePromptInTheEvidence(String body) {
        fake.onGenerate(answer(400, body));
        assertThat(gateway.submit().evidence().toLowerCase(Locale.ROOT))
                .doesNotContain("drone", "neon", "night");
    }

    @Test
    void countsCallsByResult() {
        gateway.submit();
        assertThat(
                        gateway.meters()
                                .counter(
                                        "seedgate.vendor.calls",
                                        "operation",
                                        "submit",
                                        "result",
                                        "accepted")
                                .count())
                .isEqualTo(1);
    }
}
