package dev.seedgate.task.view;

import static dev.seedgate.platform.values.ErrorCode.INVALID_REQUEST;
import static dev.seedgate.platform.values.ErrorCode.INVALID_TASK_ID;
import static dev.seedgate.platform.values.ErrorCode.TASK_NOT_FOUND;
import static dev.seedgate.task.lifecycle.Phase.QUEUED;
import static dev.seedgate.task.lifecycle.Phase.RENDERING;
import static dev.seedgate.task.lifecycle.Phase.SUBMITTING;
import static dev.seedgate.task.lifecycle.Phase.SUCCEEDED;
import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Task;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Json;
import dev.seedgate.testing.TestDatabase;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What a team reads of its tasks: the vendor's seven fields, and more under {@code /api/tasks}. */
class StatusTests {

    private static final String UNKNOWN = "sd15p_0000000000000000000000";
    private static final String CLIP = "https://cdn.example.com/Clip_1.mp4?sig=a%2Fb&x=%20";
    private static final Gateway gateway = Gateway.shared();
    private static final Team team = gateway.team();

    @Test
    void alwaysHasTheSevenFieldsInTheVendorsOrder() {
        String task = team.create("seven fields");
        assertFields(team.status(task));
        gateway.vendor().finish(team.upstreamId(task), CLIP);
        team.await(task, "SUCCEEDED");
        assertFields(team.status(task));
        String failed = team.create("seven fields of a failure");
        gateway.vendor().fail(team.upstreamId(failed), "no");
        team.await(failed, "FAILED");
        assertFields(team.status(failed));
    }

    private static void assertFields(Task task) {
        assertThat(task.json().propertyNames())
                .containsExactly(
                        "task_id",
                        "status",
                        "request",
                        "response",
                        "consumed_credits",
                        "error_message",
                        "created_at");
    }

    @Test
    void showsARunningTaskWithItsPriceFromTheMomentItsIdIsReturned() {
        Instant before = Instant.now().minusSeconds(1);
        String task = team.create("just created");
        Task status = team.status(task);
        assertThat(status.json()).has("task_id", task);
        assertThat(status).isRunning();
        assertThat(status.get("request").propertyNames())
                .containsExactly("prompt", "aspect_ratio", "duration", "sound");
        assertThat(status).hasNoClips().hasNoErrorMessage();
        assertThat(status.get("consumed_credits").isIntegralNumber()).isTrue();
        assertThat(status).hasConsumed(65);
        String createdAt = status.get("created_at").stringValue();
        assertThat(createdAt).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ");
        assertThat(Instant.parse(createdAt)).isBetween(before, Instant.now());
    }

    @Test
    void passesMediaUrlsUnchangedAfterSuccess() {
        String task = team.create("succeeds");
        gateway.vendor().finish(team.upstreamId(task), CLIP, CLIP + "&second");
        team.await(task, "SUCCEEDED");
        Task status = team.status(task);
        assertThat(status).isSucceeded().hasClips(CLIP, CLIP + "&second");
        assertThat(status).hasConsumed(65).hasNoErrorMessage();
    }

    @Test
    void saysWhyATaskFailedAndThatItCostsNothing() {
        Team own = gateway.team("monthly_quota", 65);
        String task = own.create("fails");
        gateway.vendor().fail(own.upstreamId(task), "The picture was refused.");
        own.await(task, "FAILED");
        Task status = own.status(task);
        assertThat(status)
                .isFailed()
                .hasNoClips()
                .hasConsumed(0)
                .becauseOf("The picture was refused.");
        assertThat(own).hasRemaining(65);
    }

    @Test
    void takesTheIdFromTheQueryOrAJsonBody() {
        String task = team.create("found everywhere");
        String body = Json.of("task_id", task, "more", 1);
        assertShows(task, team.get("/api/status?task_id=" + task));
        assertShows(task, post("", body));
        assertShows(task, post("?task_id=" + task, null));
        assertShows(task, post("?task_id=" + task, body));
        assertShows(task, post("?task_id=" + task, "{}"));
        assertShows(task, post("?task_id=" + task, Json.of("task_id", null)));
        assertShows(
                task,
                gateway.send(
                        gateway.request("/api/status?task_id=" + task)
                                .header("Authorization", "Bearer " + team.key())
                                .POST(BodyPublishers.noBody())
                                .build()));
    }

    private static void assertShows(String task, Answer answer) {
        assertThat(answer).hasStatus(200);
        assertThat(answer.json().propertyNames()).containsExactly("code", "message", "data");
        assertThat(answer.data()).has("task_id", task);
    }

    @Test
    void refusesTwoDifferentIds() {
        String one = team.create("one");
        String two = team.create("two");
        assertRefused(post("?task_id=" + one, Json.of("task_id", two)), 400, INVALID_TASK_ID);
        assertRefused(
                team.get("/api/status?task_id=" + one + "&task_id=" + two), 400, INVALID_TASK_ID);
        assertRefused(post("?task_id=" + one + "&task_id=" + two, null), 400, INVALID_TASK_ID);
    }

    static final List<String> MALFORMED_IDS =
            List.of(
                    "",
                    "%20",
                    "1",
                    "sd15p_",
                    "sd15p_" + "0".repeat(14),
                    "sd15p_" + "0".repeat(65),
                    "SD15P_" + "0".repeat(22),
                    UNKNOWN + "%00",
                    UNKNOWN + "%0A",
                    UNKNOWN + "%20",
                    UNKNOWN + "," + UNKNOWN,
                    UNKNOWN + "'%20or%20'1'='1",
                    "sd15p_" + "%D9%A5".repeat(15),
                    "%00");

    @ParameterizedTest
    @FieldSource("MALFORMED_IDS")
    void refusesAMalformedIdInTheQuery(String id) {
        for (String method : List.of("GET", "POST")) {
            String answer =
                    gateway.raw(
                            "%s /api/status?task_id=%s HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\nAuthorization: Bearer %s\r\n\r\n"
                                    .formatted(method, id, team.key()));
            assertThat(answer)
                    .startsWith("HTTP/1.1 400")
                    .contains("\"error\":\"INVALID_TASK_ID\"", "task_id");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"%", "%zz", "%ff", "sd15p_%ED%A0%80%00000000000000000"})
    void refusesAQueryThatIsNotPercentEncodedUtf8(String id) {
        String answer =
                gateway.raw(
                        "GET /api/status?task_id="
                                + id
                                + " HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\nAuthorization: Bearer "
                                + team.key()
                                + "\r\n\r\n");
        assertThat(answer)
                .startsWith("HTTP/1.1 400")
                .contains("\"error\":\"INVALID_REQUEST\"", "query");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"task_id\":null}",
                "{\"task_id\":\"\"}",
                "{\"task_id\":\" \"}",
                "{\"task_id\":5}",
                "{\"task_id\":true}",
                "{\"task_id\":[\"" + UNKNOWN + "\"]}",
                "{\"task_id\":{}}",
                "{\"task_id\":\"" + UNKNOWN + "\\u0000\"}",
                "{\"task_id\":\"sd15p_\\ud80000000000000000\"}",
                "{\"task_id\":\" " + UNKNOWN + "\"}"
            })
    void refusesAMalformedIdInTheBody(String body) {
        assertRefused(post("", body), 400, INVALID_TASK_ID);
    }

    @Test
    void refusesACallWithoutAnyId() {
        assertRefused(team.get("/api/status"), 400, INVALID_TASK_ID);
        assertRefused(post("", null), 400, INVALID_TASK_ID);
        assertRefused(team.get("/api/tasks/1"), 400, INVALID_TASK_ID);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "{", "5", "{} {}"})
    void refusesABodyThatIsNoJsonObject(String body) {
        assertRefused(post("", body), 400, INVALID_REQUEST);
        assertRefused(post("?task_id=" + UNKNOWN, body), 400, INVALID_REQUEST);
    }

    @Test
    void tellsAForeignTaskNoDifferentlyFromAnUnknownOne() {
        String foreign = gateway.team().create("another team's");
        for (String path : List.of("/api/status?task_id=", "/api/tasks/")) {
            Answer unknown = team.get(path + UNKNOWN);
            assertRefused(unknown, 404, TASK_NOT_FOUND);
            assertThat(withoutRequestId(team.get(path + foreign)))
                    .isEqualTo(withoutRequestId(unknown));
            assertThat(withoutRequestId(team.get(path + "sd15p_" + "z".repeat(64))))
                    .isEqualTo(withoutRequestId(unknown));
        }
    }

    @Test
    void givesEachOfManyWhoAskAtATimeItsOwnTask() throws Exception {
        List<Team> teams = List.of(gateway.team(), gateway.team());
        List<Future<?>> asked = new ArrayList<>();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 20; i++) {
                Team own = teams.get(i % 2);
                Team other = teams.get((i + 1) % 2);
                String task = own.create("number " + i);
                for (int n = 0; n < 10; n++) {
                    String path = "/api/status?task_id=" + task;
                    asked.add(callers.submit(() -> assertShows(task, own.get(path))));
                    asked.add(
                            callers.submit(
                                    () -> assertRefused(other.get(path), 404, TASK_NOT_FOUND)));
                }
            }
            for (Future<?> each : asked) {
                each.get();
            }
        }
    }

    private static JsonNode withoutRequestId(Answer answer) {
        return ((ObjectNode) answer.json()).without("request_id");
    }

    @Test
    void makesIdsInTheVendorsFormThatSortByTime() {
        List<String> ids = IntStream.range(0, 20).mapToObj(_ -> team.create("in order")).toList();
        assertThat(ids)
                .doesNotHaveDuplicates()
                .allMatch(id -> id.matches("sd15p_[A-Za-z0-9]{15,64}"));
        Instant start = Instant.parse("2026-01-01T00:00:00Z");
        List<String> later =
                IntStream.range(0, 1000)
                        .mapToObj(i -> TaskId.create(start.plusMillis(i), '0').value())
                        .toList();
        assertThat(later).isSorted();
    }

    @Test
    void neverShowsTheVendorsId() {
        String task = team.create("renamed");
        String upstreamId = team.upstreamId(task);
        assertThat(team.get("/api/status?task_id=" + task).body()).doesNotContain(upstreamId);
        assertThat(team.get("/api/tasks/" + task).body()).doesNotContain(upstreamId);
        assertRefused(team.get("/api/status?task_id=" + upstreamId), 404, TASK_NOT_FOUND);
        gateway.vendor().fail(upstreamId, "Task " + upstreamId + " failed");
        team.await(task, "FAILED");
        assertThat(team.get("/api/status?task_id=" + task).body()).doesNotContain(upstreamId);
        assertThat(team.get("/api/tasks/" + task).body()).doesNotContain(upstreamId);
    }

    @Test
    void tellsUnderTasksWhereATaskIsAndHowItCameThere() {
        Answer created = team.generate("with a history", "X-Project", "film");
        String task = created.data().get("task_id").stringValue();
        gateway.vendor().finish(team.upstreamId(task), CLIP);
        Task details = team.await(task, "SUCCEEDED");
        assertThat(details.json().propertyNames())
                .containsExactly(
                        "task_id",
                        "status",
                        "request",
                        "response",
                        "consumed_credits",
                        "error_message",
                        "created_at",
                        "phase",
                        "project",
                        "timeline");
        assertThat(details.json()).has("project", "film");
        assertThat(details).isSucceeded().wentThrough(QUEUED, SUBMITTING, RENDERING, SUCCEEDED);
        assertThat(details.get("timeline").values())
                .allSatisfy(it -> {
                    assertThat(it.propertyNames()).containsExactly("at", "phase", "note");
                    assertThat(it.get("at").stringValue())
                            .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ");
                });
        assertThat(details.get("timeline").values())
                .extracting(it -> it.get("at").stringValue())
                .isSorted();
    }

    @Test
    void tellsTheCredits() {
        Team limited = gateway.team("monthly_quota", 1000);
        gateway.admin(
                "POST",
                "/teams/" + limited.slug() + "/topups",
                Json.of("credits", 500),
                "Idempotency-Key",
                "one");
        limited.create("costs 65");
        JsonNode credits = limited.credits();
        assertThat(credits.propertyNames())
                .containsExactlyInAnyOrder(
                        "quota", "used", "top_ups", "remaining", "renews_at", "in_flight");
        assertThat(credits)
                .has("quota", 1000)
                .has("used", 65)
                .has("top_ups", 500)
                .has("remaining", 1435)
                .has("in_flight", 1);
        assertThat(credits.get("renews_at").stringValue()).matches("\\d{4}-\\d\\d-01T00:00:00Z");
        JsonNode unlimited = team.credits();
        assertThat(unlimited).hasNull("quota").hasNull("remaining");
    }

    @Test
    void asksTheVendorOnceHoweverManyReadAStaleTask() throws Exception {
        // Its own gateway, because it must not poll by itself.
        try (FakeVendor vendor = FakeVendor.start();
                Gateway idle =
                        Gateway.start(
                                TestDatabase.create(),
                                vendor,
                                "seedgate.poll-first-after=1h",
                                "seedgate.poll-interval=1h",
                                "seedgate.poll-max-interval=1h",
                                "seedgate.status-refresh-wait=10s")) {
            Team readers = idle.team();
            String task = readers.create("read by many");
            String upstreamId = readers.upstreamId(task);
            assertThat(readers.status(task)).isRunning();
            assertThat(vendor.statuses()).as("what was said just now is fresh").isEmpty();
            idle.database().execute("update work set answered_at = answered_at - interval '3 s'");
            vendor.finish(upstreamId, CLIP);
            List<Future<Task>> reads = new ArrayList<>();
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < 32; i++) {
                    reads.add(threads.submit(() -> readers.status(task)));
                }
            }
            assertThat(reads).allSatisfy(it -> assertThat(it.resultNow()).isSucceeded());
            assertThat(vendor.statuses()).hasSize(1);
        }
    }

    @Test
    void answersWithWhatIsStoredWhenTheVendorDoesNotInTime() {
        String task = team.create("not answered");
        String upstreamId = team.upstreamId(task);
        FakeVendor vendor = gateway.vendor();
        vendor.onNextStatusOf(upstreamId, vendor.stall());
        gateway.database()
                .execute(
                        "update work set answered_at = answered_at - interval '3 s' where task_id = '"
                                + task
                                + "'");
        Answer answer = team.get("/api/status?task_id=" + task);
        assertThat(answer.data()).has("status", "IN_PROGRESS");
    }

    /** Else each would be chunked, and leave in two packets. */
    @Test
    void announcesTheLengthOfEachAnswer() {
        Answer created = team.generate("a length, also of Übergröße ☃");
        String task = created.data().get("task_id").stringValue();
        for (Answer answer :
                List.of(
                        created,
                        team.get("/api/status?task_id=" + task),
                        post("", Json.of("task_id", task)),
                        team.get("/api/tasks/" + task),
                        team.get("/api/tasks"),
                        gateway.admin("GET", "/tasks/" + task, null),
                        team.get("/api/status?task_id=" + UNKNOWN))) {
            assertThat(answer.header("Content-Length"))
                    .as(answer.toString())
                    .isEqualTo(String.valueOf(answer.body().getBytes(UTF_8).length));
        }
    }

    private static Answer post(String query, @Nullable String body) {
        return gateway.call("POST", "/api/status" + query, team.key(), body);
    }

    private static void assertRefused(Answer answer, int status, ErrorCode error) {
        assertThat(answer).hasStatus(status).hasError(error);
    }
}
