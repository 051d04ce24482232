package dev.seedgate.task.lifecycle;

import static dev.seedgate.platform.values.ErrorCode.INVALID_REQUEST;
import static dev.seedgate.platform.values.ErrorCode.TASK_NOT_RESOLVABLE;
import static dev.seedgate.platform.values.ErrorCode.UPSTREAM_ID_TAKEN;
import static dev.seedgate.platform.values.ErrorCode.UPSTREAM_TASK_DIFFERS;
import static dev.seedgate.platform.values.ErrorCode.UPSTREAM_TASK_UNKNOWN;
import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Invariants;
import dev.seedgate.testing.Json;
import dev.seedgate.testing.TestDatabase;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What an operator can do about tasks that nobody knows of. */
class ResolutionTests {

    private static final String CLIP = "https://cdn.example.com/clip.mp4";

    private static Gateway gateway;
    private static FakeVendor vendor;
    private static Duration ahead = Duration.ZERO;

    @BeforeAll
    static void start() {
        vendor = FakeVendor.start();
        gateway = Gateway.start(TestDatabase.create(), vendor);
    }

    @AfterAll
    static void stop() {
        gateway.close();
        vendor.close();
    }

    @AfterEach
    void booksBalance() {
        Invariants.check(gateway.database());
    }

    @Test
    void showsTheEvidenceOfWhatIsUncertain() {
        Team team = gateway.team();
        String task = uncertain(team, "evidence is kept");
        Answer found = gateway.admin("GET", "/tasks?phase=UNCERTAIN&team=" + team.slug(), null);
        JsonNode file = found.json().get("items").get(0);
        assertThat(file).has("task_id", task).has("team", team.slug());
        assertThat(file.get("events").findValuesAsString("evidence"))
                .anyMatch(it -> it.contains("POST /api/generate") && it.contains("sent"));
        assertThat(file.get("ledger").findValuesAsString("kind")).containsExactly("reserve");
        assertThat(gateway.admin("GET", "/tasks/" + task, null).json()).isEqualTo(file);
        assertThat(
                        gateway.admin("GET", "/tasks?status=SUCCESS&team=" + team.slug(), null)
                                .json()
                                .get("items"))
                .isEmpty();
    }

    @Test
    void refundsOnlyWhenNoAnswerCanComeAnyMoreAndBooksTheLossToTheCompany() {
        Team team = gateway.team("monthly_quota", 100);
        String task = uncertain(team, "to be refunded");
        Answer early = resolve(task, Json.of("outcome", "REFUND"));
        assertThat(early).hasStatus(409).hasError(TASK_NOT_RESOLVABLE);
        advance(Duration.ofMinutes(10));
        Answer resolved = resolve(task, Json.of("outcome", "REFUND", "reason", "asked the vendor"));
        assertThat(resolved).hasStatus(200);
        assertThat(resolved.json()).has("phase", "FAILED");
        assertThat(resolved.json().get("ledger").findValuesAsString("kind"))
                .containsExactly("reserve", "release", "adjust");
        assertThat(resolved.json().get("ledger").get(2)).has("debit", "company");
        assertThat(team).hasUsed(0);
        assertThat(resolve(task, Json.of("outcome", "REFUND"))).hasError(TASK_NOT_RESOLVABLE);
    }

    @Test
    void attachesTheVendorsTaskAndSettlesIt() {
        Team team = gateway.team("monthly_quota", 100);
        vendor.onGenerate(vendor.acceptAndReset());
        String task = team.create("found again");
        team.await(task, "UNCERTAIN");
        String id =
                vendor.acceptedIds().stream()
                        .filter(it ->
                                vendor.order(it).path("prompt").asString("").equals("found again"))
                        .findFirst()
                        .orElseThrow();
        Answer attached = resolve(task, attach(id, ""));
        assertThat(attached).hasStatus(200);
        assertThat(attached.json()).has("upstream_task_id", id);
        assertThat(team).hasInFlight(1);
        vendor.finish(id, CLIP);
        team.await(task, "SUCCEEDED");
        assertThat(team).hasUsed(65);
    }

    @Test
    void attachesNeitherUnknownNorTakenNorOtherTasks() {
        Team team = gateway.team();
        String other = team.create("somebody else's");
        String taken = team.upstreamId(other);
        String task = uncertain(team, "not found");
        vendor.onStatus(FakeVendor.error(404));
        assertThat(resolve(task, attach("sd15p_nobody", ""))).hasError(UPSTREAM_TASK_UNKNOWN);
        assertThat(resolve(task, attach(taken, ""))).hasError(UPSTREAM_TASK_DIFFERS);
        assertThat(resolve(task, attach(taken, ",\"force\":true"))).hasError(UPSTREAM_ID_TAKEN);
        assertThat(resolve(task, Json.of("outcome", "ATTACH"))).hasError(INVALID_REQUEST);
        assertThat(resolve(other, Json.of("outcome", "REFUND"))).hasError(TASK_NOT_RESOLVABLE);
        team.await(task, "UNCERTAIN");
    }

    /** Also of a task whose prompt is gone: nothing is compared, and the vendor is not asked. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void attachesNothingToATaskThatEnded(boolean force) {
        Team team = gateway.team();
        String task = team.create("ended");
        String id = team.upstreamId(task);
        vendor.finish(id, CLIP);
        team.await(task, "SUCCEEDED");
        gateway.database().execute("update task set prompt = null where id = '" + task + "'");
        String found = "sd15p_found" + force;
        Answer refused = resolve(task, attach(found, force ? ",\"force\":true" : ""));
        assertThat(refused).hasStatus(409).hasError(TASK_NOT_RESOLVABLE);
        String rendering = team.create("renders");
        team.upstreamId(rendering);
        assertThat(resolve(rendering, attach(found, ""))).hasError(TASK_NOT_RESOLVABLE);
        assertThat(vendor.statuses()).noneMatch(it -> it.query().containsValue(found));
    }

    @Test
    void refundsManyAtOnce() {
        Team team = gateway.team("monthly_quota", 1000);
        String first = uncertain(team, "one of two");
        String second = uncertain(team, "two of two");
        String filter = Json.of("phase", "UNCERTAIN", "team", team.slug());
        JsonNode early = gateway.admin("POST", "/tasks/refund", filter).json();
        assertThat(early.get("refunded")).isEmpty();
        assertThat(early.get("left")).hasSize(2);
        advance(Duration.ofMinutes(10));
        JsonNode done = gateway.admin("POST", "/tasks/refund", filter).json();
        assertThat(done.get("refunded").valueStream().map(JsonNode::stringValue))
                .containsExactlyInAnyOrder(first, second);
        assertThat(team).hasUsed(0);
    }

    private static String uncertain(Team team, String prompt) {
        vendor.onGenerate(FakeVendor.reset());
        String task = team.create(prompt);
        team.await(task, "UNCERTAIN");
        return task;
    }

    private static Answer resolve(String task, String request) {
        return gateway.admin("POST", "/tasks/" + task + "/resolve", request);
    }

    private static String attach(String id, String more) {
        return "{\"outcome\":\"ATTACH\",\"upstream_task_id\":\"" + id + "\"" + more + "}";
    }

    private static void advance(Duration by) {
        ahead = ahead.plus(by);
        gateway.database().shiftTime(ahead);
    }
}
