package dev.seedgate.operations.openapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.operations.openapi.Fuzz.Shot;
import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Invariants;
import dev.seedgate.testing.TestDatabase;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/**
 * Whatever a client sends, it is answered as described, costs nothing unless it is accepted, and is
 * never our own error. Every call of the description is tried, also those that come later. A longer
 * run: {@code -Dseedgate.fuzz.requests=50000}, another one: {@code -Dseedgate.fuzz.seed=7}; with
 * {@code -Dseedgate.fuzz.findings=50} it goes on after a finding.
 */
class FuzzTests {

    private static final Logger log = LoggerFactory.getLogger(FuzzTests.class);

    /** So often the victims are new: what was archived or suspended stays so. */
    private static final int NEW_VICTIM_EVERY = 100;

    private final long seed = Long.getLong("seedgate.fuzz.seed", 1);
    private final int requests = Integer.getInteger("seedgate.fuzz.requests", 1000);
    private final int mostFindings = Integer.getInteger("seedgate.fuzz.findings", 1);
    private final List<String> findings = new ArrayList<>();
    private final Map<String, Integer> answers = new TreeMap<>();
    private final TreeSet<String> succeeded = new TreeSet<>();
    private long accepted;
    private long lastEntry;

    @Test
    void answersWhateverItIsSentAsDescribed() {
        try (FakeVendor vendor = FakeVendor.start();
                Gateway gateway =
                        Gateway.start(
                                TestDatabase.create(),
                                vendor,
                                // Nothing is learned by waiting.
                                "seedgate.wait-max=0s",
                                "seedgate.stream-max-age=100ms")) {
            vendor.onEveryStatus(FuzzTests::finished);
            Description description = Description.of(gateway);
            Fuzz fuzz = new Fuzz(description, seed);
            JdbcClient jdbc = JdbcClient.create(gateway.database().dataSource());
            Team team = gateway.team();
            for (int number = 1; number <= requests && findings.size() < mostFindings; number++) {
                if (number % NEW_VICTIM_EVERY == 1) {
                    victim(gateway, fuzz);
                }
                if (number % 1000 == 0) {
                    log.info("{} of {} requests, findings {}", number, requests, findings.size());
                }
                Shot shot = fuzz.next(team.key(), Gateway.ADMIN_KEY);
                try {
                    shoot(shot, gateway, description, fuzz, jdbc);
                } catch (AssertionError | RuntimeException e) {
                    findings.add(
                            "seed %d, request %d: %s%n%s"
                                    .formatted(seed, number, shot.curl(gateway.port()), e));
                }
            }
            TreeSet<String> never = new TreeSet<>(description.calls());
            never.removeAll(succeeded);
            log.info(
                    "seed {}: {} requests, {} creates accepted, answers {}, never successful {}",
                    seed,
                    requests,
                    accepted,
                    answers,
                    never);
            assertThat(findings).as(String.join("\n\n", findings)).isEmpty();
            assertThat(accepted).as("the run did not stop itself").isPositive();
            Invariants.check(gateway.database());
        }
    }

    private void shoot(
            Shot shot, Gateway gateway, Description description, Fuzz fuzz, JdbcClient jdbc) {
        Answer answer = gateway.send(request(shot, gateway));
        String call = shot.method() + " " + shot.template();
        answers.merge(shot.method() + " " + answer.status(), 1, Integer::sum);
        boolean described = shot.tame() && description.calls().contains(call);
        boolean good = answer.status() / 100 == 2;
        if (good && described) {
            succeeded.add(call);
        }
        boolean create = call.equals("POST /api/generate") && good;
        if (create && answer.header("Idempotent-Replayed") == null) {
            accepted++;
        }
        if (shot.template().startsWith("/admin/api/upstream") && !shot.method().equals("GET")) {
            gateway.admin("POST", "/upstream/resume", null);
            gateway.admin("POST", "/upstream/creates/resume", null);
        }
        assertThat(answer.status())
                .as("a client's doing: " + answer)
                .satisfiesAnyOf(
                        it -> assertThat(it).isLessThan(500),
                        it -> {
                            assertThat(it).isEqualTo(503);
                            assertThat(answer.header("Retry-After")).isNotNull();
                        });
        if (answer.status() >= 400 && !shot.method().equals("HEAD")) {
            refuses(answer);
        }
        if (described) {
            description.holdsFor(call, answer);
        }
        chargedOnlyWhatWasAccepted(jdbc, create && answer.header("Idempotent-Replayed") == null);
        if (good && String.valueOf(answer.header("Content-Type")).contains("json")) {
            fuzz.learnFrom(shot.template(), answer.json());
        }
    }

    private static void refuses(Answer answer) {
        JsonNode body = answer.json();
        assertThat(body.path("error").asString("")).as(answer.toString()).matches("[A-Z_]+");
        assertThat(body.has("code") ? body.get("code").asInt() : body.path("status").asInt())
                .as(answer.toString())
                .isEqualTo(answer.status());
        assertThat(answer.body())
                .doesNotContainIgnoringCase("exception")
                .doesNotContain("dev.seedgate", "org.springframework");
    }

    /** Each accepted create has one entry, and nothing else has any. */
    private void chargedOnlyWhatWasAccepted(JdbcClient jdbc, boolean create) {
        List<Long> charges =
                jdbc.sql("select id from ledger_entry where id > :last and kind = 'reserve'")
                        .param("last", lastEntry)
                        .query((row, _) -> row.getLong(1))
                        .list();
        lastEntry = charges.stream().mapToLong(it -> it).max().orElse(lastEntry);
        assertThat(charges).hasSize(create ? 1 : 0);
    }

    /** A team for whatever happens to teams; the one that pays is never named. */
    private static void victim(Gateway gateway, Fuzz fuzz) {
        Team victim = gateway.team("monthly_quota", 500);
        fuzz.learn("slug", victim.slug());
        fuzz.learn("key", victim.key());
        JsonNode keys = gateway.admin("GET", "/teams/" + victim.slug() + "/keys", null).json();
        fuzz.learnFrom("/admin/api/teams/{slug}/keys", keys);
    }

    private static HttpRequest request(Shot shot, Gateway gateway) {
        HttpRequest.Builder request = gateway.request(shot.path());
        shot.headers().forEach(request::header);
        return request.method(
                        shot.method(),
                        shot.body() == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(
                                        shot.body(), StandardCharsets.ISO_8859_1))
                .build();
    }

    /** The vendor has every clip ready at once. */
    private static void finished(FakeVendor.Request request, FakeVendor.Connection connection)
            throws java.io.IOException {
        connection.send(
                200,
                Map.of("Content-Type", "application/json"),
                "{\"code\":200,\"message\":\"success\",\"data\":{\"task_id\":\"%s\",\"status\":\"SUCCESS\",\"response\":[\"https://cdn.example.com/a.mp4\"],\"consumed_credits\":65}}"
                        .formatted(request.query().get("task_id")));
    }
}
