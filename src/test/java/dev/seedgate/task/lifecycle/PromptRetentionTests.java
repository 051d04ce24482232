package dev.seedgate.task.lifecycle;

import static dev.seedgate.platform.values.ErrorCode.IDEMPOTENCY_KEY_REUSED;
import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Task;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Invariants;
import dev.seedgate.testing.Json;
import dev.seedgate.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What a team ordered is forgotten so many days after the end; the figures stay. */
class PromptRetentionTests {

    private static final String SECRET = "a paper boat named Confidential";
    private static final String IMAGE = "https://pictures.example.com/a.png?signature=s3cret";
    private static final String ORDER =
            Json.of("prompt", SECRET, "duration", "5", "image_urls", List.of(IMAGE));

    private static Gateway gateway;

    @BeforeAll
    static void start() {
        gateway =
                Gateway.start(
                        TestDatabase.create(),
                        FakeVendor.start(),
                        "seedgate.prompt-retention-interval=1h",
                        "seedgate.prompt-retention-batch=2",
                        "seedgate.task-max-age=1000d",
                        "seedgate.idempotency-retention=1000d");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @BeforeEach
    void forgetWhatOtherTestsLeft() {
        pass(Duration.ofDays(60));
        while (blankExpired() > 0) {
            Thread.onSpinWait();
        }
    }

    @Test
    void blanksWhatEndedLongerAgoAndNothingElse() {
        Team forgetful = gateway.team("prompt_retention_days", 30);
        Team keeping = gateway.team();
        String done = finished(forgetful);
        String kept = finished(keeping);
        String running = ordered(forgetful);
        Task before = forgetful.status(done);
        pass(Duration.ofDays(29));
        String later = finished(forgetful);
        assertThat(blankExpired()).isZero();
        pass(Duration.ofDays(2));
        assertThat(blankExpired()).isEqualTo(1);
        assertThat(blankExpired()).isZero();
        Task after = forgetful.status(done);
        assertThat(after.json().propertyNames()).isEqualTo(before.json().propertyNames());
        assertThat(after.at("/request/prompt").stringValue()).isEmpty();
        assertThat(after.at("/request").has("image_urls")).isFalse();
        for (String field : after.json().propertyNames()) {
            if (!field.equals("request")) {
                assertThat(after.get(field)).as(field).isEqualTo(before.get(field));
            }
        }
        for (String other : List.of(running, later)) {
            assertThat(forgetful.status(other).json()).has("/request/prompt", SECRET);
        }
        assertThat(keeping.status(kept).json()).has("/request/image_urls/0", IMAGE);
        Invariants.check(gateway.database());
    }

    @Test
    void goesOnInSmallSteps() {
        Team team = gateway.team("prompt_retention_days", 1);
        for (int i = 0; i < 5; i++) {
            finished(team);
        }
        pass(Duration.ofDays(2));
        assertThat(blankExpired()).isEqualTo(2);
        assertThat(blankExpired()).isEqualTo(2);
        assertThat(blankExpired()).isEqualTo(1);
        assertThat(blankExpired()).isZero();
    }

    @Test
    void replaysAnIdempotencyKeyOfABlankedTask() {
        Team team = gateway.team("prompt_retention_days", 1);
        Answer first = team.post(ORDER, "Idempotency-Key", "one");
        end(team, first.data().get("task_id").stringValue());
        pass(Duration.ofDays(2));
        assertThat(blankExpired()).isEqualTo(1);
        Answer again = team.post(ORDER, "Idempotency-Key", "one");
        assertThat(again.body()).isEqualTo(first.body());
        assertThat(again).hasHeader("Idempotent-Replayed", "true");
        assertThat(team.post(ORDER.replace("boat", "ship"), "Idempotency-Key", "one"))
                .hasError(IDEMPOTENCY_KEY_REUSED);
    }

    @Test
    void countsTheDaysByTheDatabasesClock() {
        Team team = gateway.team("prompt_retention_days", 1);
        String task = finished(team);
        gateway.database()
                .execute("update task set finished_at = '2020-01-01' where id = '" + task + "'");
        assertThat(blankExpired()).isZero();
    }

    @Test
    void changesLikeAnyLimitAndIsAudited() {
        Team team = gateway.team();
        String path = "/teams/" + team.slug();
        assertThat(gateway.admin("GET", path, null).json()).hasNull("prompt_retention_days");
        String task = finished(team);
        pass(Duration.ofDays(8));
        Answer changed = gateway.admin("PATCH", path, Json.of("prompt_retention_days", 7));
        assertThat(changed.json()).has("prompt_retention_days", 7);
        assertThat(blankExpired()).isEqualTo(1);
        assertThat(team.status(task).at("/request/prompt").stringValue()).isEmpty();
        JsonNode entry =
                gateway.admin(
                                "GET",
                                "/audit?object=team:" + team.slug() + "&action=team.change",
                                null)
                        .json()
                        .at("/items/0");
        assertThat(entry.toString()).contains("\"promptRetentionDays\":7");
        for (String bad : List.of("0", "36501", "1.5", "\"7\"")) {
            assertThat(
                            gateway.admin(
                                            "PATCH",
                                            path,
                                            Json.of("prompt_retention_days", Json.raw(bad)))
                                    .status())
                    .as(bad)
                    .isEqualTo(400);
        }
    }

    @Test
    void keepsNoCopyElsewhereThoughTheVendorRepeatsIt() {
        Team team = gateway.team("prompt_retention_days", 1);
        String words = "'" + SECRET + "' with " + IMAGE + " is against the rules";
        gateway.vendor().onGenerate(FakeVendor.answer(400, Json.of("code", 400, "message", words)));
        team.await(ordered(team), "FAILED");
        String task = ordered(team);
        gateway.vendor().fail(team.upstreamId(task), words);
        assertThat(team.await(task, "FAILED")).becauseOf("is against the rules");
        pass(Duration.ofDays(2));
        assertThat(blankExpired()).isEqualTo(2);
        for (String table :
                gateway.database()
                        .rows(
                                "select tablename from pg_tables where schemaname = 'public' and tablename not like 'sandbox%'")) {
            assertThat(
                            gateway.database()
                                    .rows(
                                            "select t::text from %s t where t::text ~ '%s' and t::text ~ 'Confidential|s3cret'"
                                                    .formatted(table, task + "|" + team.slug())))
                    .as(table)
                    .isEmpty();
        }
    }

    private static String ordered(Team team) {
        Answer answer = team.post(ORDER);
        assertThat(answer).hasStatus(200);
        return answer.data().get("task_id").stringValue();
    }

    private static String finished(Team team) {
        String task = ordered(team);
        end(team, task);
        return task;
    }

    private static void end(Team team, String task) {
        gateway.vendor().finish(team.upstreamId(task), "https://cdn.example.com/a.mp4");
        team.await(task, "SUCCEEDED");
    }

    private static Duration passed = Duration.ZERO;

    private static void pass(Duration time) {
        passed = passed.plus(time);
        gateway.database().shiftTime(passed);
    }

    private static int blankExpired() {
        return gateway.bean(PromptRetention.class).blankExpired();
    }
}
