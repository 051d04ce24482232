package dev.seedgate.vendor.client;

import static dev.seedgate.testing.FakeVendor.answer;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.FakeVendor.Reaction;
import dev.seedgate.testing.FakeVendor.Request;
import dev.seedgate.testing.TestDatabase;
import dev.seedgate.vendor.contract.PauseReason;
import dev.seedgate.vendor.contract.PollAnswer;
import dev.seedgate.vendor.contract.SubmitAnswer;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the answers to status calls mean, on a real socket. */
class PollTests {

    private static final TestDatabase DATABASE = TestDatabase.create();
    private static final String URL = "https://cdn.example/a.mp4";

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
    void followsAClipToItsEnd() {
        String id = ((SubmitAnswer.Accepted) gateway.submit()).upstreamTaskId();
        assertThat(gateway.poll(id)).isInstanceOf(PollAnswer.Running.class);
        fake.finish(id, URL);
        PollAnswer answer = gateway.poll(id);
        assertThat(answer)
                .isInstanceOfSatisfying(
                        PollAnswer.Succeeded.class,
                        it -> {
                            assertThat(it.urls()).containsExactly(URL);
                            assertThat(it.credits()).isEqualTo(65);
                        });
        assertThat(answer.evidence())
                .contains("GET /api/status", URL)
                .doesNotContain("neon", "secret-key-123");
        fake.fail(id, "no\u0007 luck");
        assertThat(gateway.poll(id))
                .isInstanceOfSatisfying(
                        PollAnswer.Failed.class,
                        it -> {
                            assertThat(it.message()).isEqualTo("no luck");
                            assertThat(it.credits()).isZero();
                        });
    }

    @Test
    void asksWithTheIdEncodedAndUsesConnectionsAgain() {
        String id = "a+b&c=%/~{x}";
        for (int i = 0; i < 10; i++) {
            gateway.poll(id);
        }
        assertThat(fake.statuses()).allMatch(it -> id.equals(it.query().get("task_id")));
        // Not one for all: a connection may come back to the pool just after the next poll has
        // begun.
        assertThat(fake.statuses().stream().map(Request::connection).distinct())
                .hasSizeLessThan(10);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("responses")
    void findsTheUrlsIn(String response, List<String> urls) {
        fake.onStatus(answer(200, data("\"status\":\"SUCCESS\",\"response\":" + response)));
        assertThat(gateway.poll("t"))
                .isInstanceOfSatisfying(
                        PollAnswer.Succeeded.class,
                        it ->
                                assertThat(it.urls())
                                        .isEqualTo(
                                                urls.stream()
                                                        .map(url ->
                                                                url.replace(
                                                                        "{base}", fake.baseUrl()))
                                                        .toList()));
    }

    static Stream<Arguments> responses() {
        String odd = "HTTPS://cdn.example/\u00fc|x?y=%7E#z";
        return Stream.of(
                Arguments.of("[\"" + URL + "\",\"" + odd + "\"]", List.of(URL, odd)),
                Arguments.of("null", List.of()),
                Arguments.of("[]", List.of()),
                Arguments.of("7", List.of()),
                Arguments.of("\"[\\\"" + URL + "\\\"]\"", List.of(URL)),
                Arguments.of("\"{\\\"resultUrls\\\":[\\\"" + URL + "\\\"]}\"", List.of(URL)),
                Arguments.of("\"" + URL + "\"", List.of(URL)),
                Arguments.of("\"not json\"", List.of()),
                Arguments.of("{\"resultUrls\":[\"" + URL + "\"]}", List.of(URL)),
                Arguments.of("{\"other\":1}", List.of()),
                Arguments.of(
                        "[\"ftp://a/b\",\"/\",\"https://\",\"https:///a\",null,3,{},\" \",\"soon\"]",
                        List.of()),
                Arguments.of(
                        "[\" " + URL + "\\n\",\"\\u00a0" + URL + "?2\\r\\n\\t\"]",
                        List.of(URL, URL + "?2")),
                Arguments.of("[\"https://a b/my clip.mp4\"]", List.of("https://a b/my clip.mp4")),
                Arguments.of("[\"https://a/\\u0000\\ud800\\nb\"]", List.of("https://a/b")),
                Arguments.of("\"" + URL + "\\n" + odd + "\\n\"", List.of(URL, odd)),
                Arguments.of("[{\"url\":\"" + URL + "\",\"cover\":\"" + odd + "\"}]", List.of(URL)),
                Arguments.of("{\"video_url\":\"" + URL + "\"}", List.of(URL)),
                Arguments.of("{\"resultUrls\":\"" + URL + "\"}", List.of(URL)),
                Arguments.of("{\"resultUrls\":\"[\\\"" + URL + "\\\"]\"}", List.of(URL)),
                Arguments.of("{\"video\":{\"url\":\"" + URL + "\"}}", List.of(URL)),
                Arguments.of("{\"some\":{\"name\":\"" + URL + "\"}}", List.of(URL)),
                Arguments.of("null,\"video_url\":\"" + URL + "\"", List.of(URL)),
                Arguments.of("[\"" + URL + "\",\"" + URL + "\"]", List.of(URL)),
                Arguments.of(
                        "[\"//cdn.example/a\",\"/b\",\"c/d?e\",\"f.mp4\"]",
                        List.of(
                                "http://cdn.example/a",
                                "{base}/b",
                                "{base}/c/d?e",
                                "{base}/f.mp4")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("credits")
    void readsTheCreditsOf(String figure, @Nullable Long credits) {
        fake.onStatus(answer(200, data("\"status\":\"FAILED\",\"consumed_credits\":" + figure)));
        assertThat(gateway.poll("t"))
                .isInstanceOfSatisfying(
                        PollAnswer.Failed.class, it -> assertThat(it.credits()).isEqualTo(credits));
    }

    static Stream<Arguments> credits() {
        return Stream.of(
                Arguments.of("65", 65L),
                Arguments.of("65.0", 65L),
                Arguments.of("\"65\"", 65L),
                Arguments.of("65.5", null),
                Arguments.of("-1", null),
                Arguments.of("1e999999999", null),
                Arguments.of("\"many\"", null),
                Arguments.of("true", null),
                Arguments.of("null", null));
    }

    @Test
    void takesAnUnknownStatusForRunningAndCountsIt() {
        fake.onStatus(
                answer(200, data("\"status\":\"PAUSED\"")),
                answer(200, data("\"status\":\"success\"")),
                answer(200, data("\"status\":3")));
        for (int i = 0; i < 3; i++) {
            assertThat(gateway.poll("t")).isInstanceOf(PollAnswer.Running.class);
        }
        assertThat(gateway.meters().counter("seedgate.vendor.unknown.statuses").count())
                .isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"code\":0,\"data\":{%s}}",
                "{\"code\":20000,\"data\":{%s}}",
                "{\"data\":\"{'status':'SUCCESS','response':'https://cdn.example/a.mp4'}\"}",
                "{\"code\":200,\"data\":[{%s}]}",
                "{\"task_id\":\"t\",%s}",
                "{\"code\":200,\"data\":{%s,\"progress\":NaN}}",
                "{\"code\":200,\"data\":{%s,\"x\":undefined}}",
                "\ufeff)]}',\n{\"code\":200,\"data\":{%s}} <!-- served by a proxy -->",
                "\"{\\\"data\\\":{'status':'SUCCESS','response':['https://cdn.example/a.mp4']}}\"",
            })
    void keepsAClipThoughTheAnswerIsNotQuiteLikeTheVendors(String body) {
        String fields = "\"status\":\"SUCCESS\",\"response\":[\"" + URL + "\"]";
        fake.onStatus(answer(200, body.replace("%s", fields)));
        assertThat(gateway.poll("t"))
                .isInstanceOfSatisfying(
                        PollAnswer.Succeeded.class,
                        it -> assertThat(it.urls()).containsExactly(URL));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("silences")
    void learnsNothingFrom(String name, Reaction reaction) {
        fake.onStatus(reaction);
        assertThat(gateway.poll("t")).isInstanceOf(PollAnswer.Unanswered.class);
        assertThat(gateway.pauses().accountStop()).isNull();
        assertThat(gateway.pauses().pollsWait()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 404, 422})
    void tellsATaskThatTheVendorDoesNotKnowFromSilence(int status) {
        fake.onStatus(FakeVendor.error(status));
        assertThat(gateway.poll("t")).isInstanceOf(PollAnswer.UnknownTask.class);
        assertThat(gateway.pauses().accountStop()).isNull();
    }

    static Stream<Arguments> silences() {
        String success = "\"status\":\"SUCCESS\",\"response\":[\"" + URL + "\"]";
        return Stream.of(
                Arguments.of("404 as HTML", FakeVendor.html(404)),
                Arguments.of("500", FakeVendor.error(500)),
                Arguments.of("502", FakeVendor.html(502)),
                Arguments.of("HTML", FakeVendor.html(200)),
                Arguments.of("redirect", FakeVendor.redirect("http://127.0.0.1:1/")),
                Arguments.of("truncated", FakeVendor.truncated(200, data(success))),
                Arguments.of("reset", FakeVendor.reset()),
                Arguments.of("no data", answer(200, "{\"code\":200}")),
                Arguments.of("no status", answer(200, data("\"response\":[\"" + URL + "\"]"))),
                Arguments.of("another task", answer(200, data(success + ",\"task_id\":\"u\""))),
                Arguments.of(
                        "a failure in what is no JSON",
                        answer(200, data("\"status\":\"FAILED\",\"x\":None"))),
                Arguments.of(
                        "a success that breaks off",
                        answer(200, "{\"code\":200,\"data\":{" + success.replace("]", ""))),
                Arguments.of(
                        "the call's own status",
                        answer(200, "{\"code\":200,\"status\":\"FAILED\"}")),
                Arguments.of("an odd task", answer(200, data(success + ",\"task_id\":5"))),
                Arguments.of("another code", answer(200, data(success).replace("200", "500"))));
    }

    @Test
    void learnsNothingFromSilenceAndDrips() {
        fake.onStatus(fake.stall(), fake.drip(Duration.ofMillis(20)));
        try (UpstreamFixture impatient = UpstreamFixture.impatient(DATABASE, fake)) {
            assertThat(impatient.poll("t")).isInstanceOf(PollAnswer.Unanswered.class);
            assertThat(impatient.poll("t")).isInstanceOf(PollAnswer.Unanswered.class);
        }
    }

    @Test
    void stopsTheAccountLikeASubmitDoes() {
        fake.onStatus(FakeVendor.error(401));
        assertThat(gateway.poll("t")).isInstanceOf(PollAnswer.Unanswered.class);
        assertThat(gateway.pauses().accountStop()).isEqualTo(PauseReason.ACCOUNT_KEY);
        assertThat(gateway.submit()).isInstanceOf(SubmitAnswer.NotSent.class);
        assertThat(fake.generates()).isEmpty();
    }

    private static String data(String fields) {
        return "{\"code\":200,\"message\":\"success\",\"data\":{" + fields + "}}";
    }
}
