package dev.seedgate.upstream;

import static dev.seedgate.testing.FakeVendor.answer;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.FakeVendor.Reaction;
import dev.seedgate.testing.FakeVendor.Request;
import dev.seedgate.testing.TestDatabase;
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

    private static final TestDatabase DATABASE = TestDatabase.create().migrated();
    private static final String URL = "https://cdn.example/a.mp4";

    private final FakeVendor fake = FakeVendor.start();
    private final Instance gateway = Instance.of(DATABASE, fake);

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
                        PollAnswer.Succeeded.class, it -> assertThat(it.urls()).isEqualTo(urls));
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
                        "[\"ftp://a/b\",\"/c\",\"https://\",\"https://a b\",null,3,{}]",
                        List.of()));
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

    @ParameterizedTest(name = "{0}")
    @MethodSource("silences")
    void learnsNothingFrom(String name, Reaction reaction) {
        fake.onStatus(reaction);
        assertThat(gateway.poll("t")).isInstanceOf(PollAnswer.Unanswered.class);
        assertThat(gateway.pauses().gate()).isNull();
        assertThat(gateway.pauses().pollsWait()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 404, 422})
    void tellsATaskThatTheVendorDoesNotKnowFromSilence(int status) {
        fake.onStatus(FakeVendor.error(status));
        assertThat(gateway.poll("t")).isInstanceOf(PollAnswer.Denied.class);
        assertThat(gateway.pauses().gate()).isNull();
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
                Arguments.of("an odd task", answer(200, data(success + ",\"task_id\":5"))),
                Arguments.of("another code", answer(200, data(success).replace("200", "500"))));
    }

    @Test
    void learnsNothingFromSilenceAndDrips() {
        fake.onStatus(fake.stall(), fake.drip(Duration.ofMillis(20)));
        assertThat(gateway.poll("t")).isInstanceOf(PollAnswer.Unanswered.class);
        assertThat(gateway.poll("t")).isInstanceOf(PollAnswer.Unanswered.class);
    }

    @Test
    void stopsTheAccountLikeASubmitDoes() {
        fake.onStatus(FakeVendor.error(401));
        assertThat(gateway.poll("t")).isInstanceOf(PollAnswer.Unanswered.class);
        assertThat(gateway.pauses().gate()).isEqualTo(Stop.ACCOUNT_KEY);
        assertThat(gateway.submit()).isInstanceOf(SubmitAnswer.NotSent.class);
        assertThat(fake.generates()).isEmpty();
    }

    private static String data(String fields) {
        return "{\"code\":200,\"message\":\"success\",\"data\":{" + fields + "}}";
    }
}
