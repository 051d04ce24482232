package dev.seedgate.vendor.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpHeaders;

/** Whatever a vendor gone mad answers is read without harm; a seed names each case. */
class FuzzedAnswersTests {

    private static final int CASES = 20_000;
    private static final Instant NOW = Instant.parse("2025-06-14T05:21:11Z");

    private static final List<String> PIECES =
            List.of(
                    "{",
                    "}",
                    "[",
                    "]",
                    ",",
                    ":",
                    "\"",
                    "\\",
                    "null",
                    "true",
                    "0",
                    "-1",
                    "200",
                    "500",
                    "1e999",
                    "\"code\":200",
                    "\"code\":\"200\"",
                    "\"code\":401",
                    "\"message\":\"no\"",
                    "\"data\":",
                    "\"task_id\":\"up-1\"",
                    "\"task_id\":\"other\"",
                    "\"task_id\":7",
                    "\"task_id\":\"\"",
                    "\"status\":\"SUCCESS\"",
                    "\"status\":\"FAILED\"",
                    "\"status\":\"failed\"",
                    "\"status\":null",
                    "\"status\":\"IN_PROGRESS\"",
                    "\"response\":[\"https://x/y.mp4\"]",
                    "\"response\":\"[\\\"\"",
                    "\"consumed_credits\":65",
                    "\"consumed_credits\":\"1e9999\"",
                    "\"consumed_credits\":-1",
                    "\"error_message\":{\"a\":1}",
                    "<html>",
                    "\u0000",
                    "\ud800",
                    "🛶",
                    " ",
                    "\n");

    @Test
    void acceptsNothingWithoutAnIdAndRefusesNothingWithoutAStatus() {
        SubmitClassifier table = new SubmitClassifier(true);
        for (int seed = 0; seed < CASES; seed++) {
            Random random = new Random(seed);
            TransportResult reply = reply(random);
            SubmitAnswer answer = table.classify(reply, evidence());
            if (answer instanceof SubmitAnswer.Accepted accepted) {
                assertThat(accepted.upstreamTaskId()).as("seed %d", seed).matches("[!-~]{1,128}");
                assertThat(reply)
                        .as("seed %d", seed)
                        .isInstanceOfSatisfying(
                                TransportResult.Response.class,
                                it -> assertThat(it.status() / 100).isEqualTo(2));
            }
            if (reply instanceof TransportResult.Response(int status, var _, var _, var _)
                    && status / 100 == 5
                    && !List.of(500, 521, 523, 525, 526).contains(status)) {
                assertThat(answer)
                        .as("seed %d: perhaps it was taken", seed)
                        .isInstanceOf(SubmitAnswer.Uncertain.class);
            }
            assertThat(answer.evidence()).as("seed %d", seed).doesNotContain("vendor-key");
        }
    }

    @Test
    void endsNothingWithoutAProvenEnd() {
        PollClassifier table =
                new PollClassifier(() -> "https://v.example", new SimpleMeterRegistry());
        for (int seed = 0; seed < CASES; seed++) {
            TransportResult reply = reply(new Random(seed));
            PollAnswer answer = table.classify("up-1", reply, evidence());
            table.classifyLookUp("up-1", reply, evidence());
            if (answer instanceof PollAnswer.Failed || answer instanceof PollAnswer.Succeeded) {
                String word = answer instanceof PollAnswer.Failed ? "FAILED" : "SUCCESS";
                assertThat(reply)
                        .as("seed %d", seed)
                        .isInstanceOfSatisfying(
                                TransportResult.Response.class,
                                it -> {
                                    assertThat(it.status() / 100).isEqualTo(2);
                                    assertThat(it.content().start())
                                            .contains("\"status\":\"" + word + "\"");
                                });
            }
        }
    }

    @Test
    void waitsBetweenASecondAndTenMinutesOrNotAtAll() {
        List<String> pieces =
                List.of(
                        "1",
                        "9",
                        "0",
                        "-",
                        "+",
                        ".",
                        "e",
                        " ",
                        ",",
                        "Sat",
                        "14",
                        "Jun",
                        "2025",
                        "05:21:41",
                        "GMT",
                        "99999999999",
                        "9999",
                        "\t",
                        "٣",
                        "x",
                        "Sat, 14 Jun 2025 05:21:41 GMT",
                        "UTC");
        for (int seed = 0; seed < CASES; seed++) {
            Random random = new Random(seed);
            HttpHeaders headers = new HttpHeaders();
            headers.set(HttpHeaders.RETRY_AFTER, text(random, pieces, 6));
            headers.set(HttpHeaders.DATE, text(random, pieces, 6));
            int number = seed;
            RetryAfter.of(headers, NOW)
                    .ifPresent(it ->
                            assertThat(it)
                                    .as("seed %d", number)
                                    .isBetween(Duration.ofSeconds(1), Duration.ofMinutes(10)));
        }
    }

    private static TransportResult reply(Random random) {
        if (random.nextInt(20) == 0) {
            return random.nextBoolean()
                    ? TransportResult.NotSent.byNetwork("x")
                    : new TransportResult.NoResponse("x");
        }
        int status = random.nextInt(3) > 0 ? 200 : 100 + random.nextInt(500);
        String body =
                random.nextBoolean()
                        ? text(random, PIECES, 12)
                        : "{\"code\":200,\"data\":{%s,%s}}"
                                .formatted(
                                        PIECES.get(random.nextInt(PIECES.size())),
                                        PIECES.get(random.nextInt(PIECES.size())));
        return new TransportResult.Response(
                status, new HttpHeaders(), Content.of(body), random.nextInt(10) > 0);
    }

    private static String text(Random random, List<String> pieces, int most) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(most + 1); i > 0; i--) {
            text.append(pieces.get(random.nextInt(pieces.size())));
        }
        return text.toString();
    }

    private static Evidence evidence() {
        return new Evidence("POST /api/generate", NOW, "vendor-key", "a boat");
    }
}
