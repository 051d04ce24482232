package dev.seedgate.task.view;

import static dev.seedgate.platform.values.ErrorCode.TASK_NOT_CANCELLABLE;
import static dev.seedgate.platform.values.ErrorCode.TASK_NOT_FOUND;
import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Invariants;
import dev.seedgate.testing.TestDatabase;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A team lists its tasks and cancels those that still wait. */
class TeamTasksTests {

    private static FakeVendor vendor;
    private static Gateway gateway;

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
        gateway.database().execute("delete from upstream_pause");
        Invariants.check(gateway.database());
    }

    @Test
    void cancelsAWaitingTaskAndGivesItsChargeBack() {
        Team team = gateway.team("monthly_quota", 1000);
        pauseTheVendor();
        String task = team.create("no longer wanted");
        Answer cancelled = cancel(team, task);
        assertThat(cancelled).hasStatus(200);
        assertThat(cancelled.data())
                .has("status", "FAILED")
                .has("phase", "FAILED")
                .has("consumed_credits", 0);
        assertThat(cancelled.data().get("error_message").stringValue()).startsWith("Cancelled");
        JsonNode credits = team.credits();
        assertThat(credits).has("used", 0).has("in_flight", 0);
        assertThat(cancel(team, task)).as("once").hasError(TASK_NOT_CANCELLABLE);
        assertThat(
                        gateway.database()
                                .text(
                                        "select actor from ledger_entry where kind = 'release' and task_id = '"
                                                + task
                                                + "'"))
                .startsWith("key:");
    }

    @Test
    void cancelsNothingThatTheVendorHas() {
        Team team = gateway.team();
        String task = team.create("rendering");
        String id = team.upstreamId(task);
        Answer refused = cancel(team, task);
        assertThat(refused).hasStatus(409).hasError(TASK_NOT_CANCELLABLE);
        vendor.finish(id, "https://cdn.example.com/clip.mp4");
        team.await(task, "SUCCEEDED");
        assertThat(cancel(team, task)).hasStatus(409);
    }

    @Test
    void cancelsNoTaskOfAnotherTeam() {
        pauseTheVendor();
        String foreign = gateway.team().create("another team's");
        Answer refused = cancel(gateway.team(), foreign);
        assertThat(refused).hasStatus(404).hasError(TASK_NOT_FOUND);
        Answer unknown = cancel(gateway.team(), "sd15p_0000000000000000000000");
        assertThat(unknown.json()).has("message", refused.json().get("message"));
    }

    @Test
    void letsAnAdminCancelForATeam() {
        Team team = gateway.team("monthly_quota", 65);
        pauseTheVendor();
        String task = team.create("an admin knows better");
        Answer cancelled = gateway.admin("DELETE", "/tasks/" + task, null);
        assertThat(cancelled).hasStatus(200);
        assertThat(cancelled.json()).has("phase", "FAILED");
        assertThat(team).hasRemaining(65);
        assertThat(gateway.admin("DELETE", "/tasks/" + task, null)).hasStatus(409);
    }

    /** Each is either cancelled and never sent, or sent and not cancelled. */
    @Test
    void sendsNothingThatItSaysIsCancelled() {
        Team team = gateway.team("monthly_quota", 100000);
        Map<String, String> prompts = new LinkedHashMap<>();
        List<String> cancelled = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            String prompt = "raced " + i;
            String task = team.create(prompt);
            prompts.put(task, prompt);
            if (cancel(team, task).status() == 200) {
                cancelled.add(task);
            }
        }
        prompts.keySet().stream()
                .filter(task -> !cancelled.contains(task))
                .forEach(task -> team.await(task, "RENDERING"));
        List<String> sent =
                vendor.generates().stream()
                        .map(it -> JsonMapper.shared().readTree(it.body()))
                        .map(it -> it.get("prompt").stringValue())
                        .filter(it -> it.startsWith("raced"))
                        .toList();
        assertThat(sent)
                .doesNotHaveDuplicates()
                .containsExactlyInAnyOrderElementsOf(
                        prompts.entrySet().stream()
                                .filter(it -> !cancelled.contains(it.getKey()))
                                .map(Map.Entry::getValue)
                                .toList());
        assertThat(team).hasUsed(65L * sent.size());
    }

    @Test
    void listsTheTeamsOwnTasksNewestFirstInPages() {
        Team team = gateway.team();
        gateway.team().create("another team's");
        List<String> made =
                IntStream.range(0, 5).mapToObj(i -> team.create("listed " + i)).toList();
        List<String> listed = new ArrayList<>();
        String cursor = "";
        for (int page = 0; page < 3; page++) {
            JsonNode data = team.get("/api/tasks?limit=2" + cursor).data();
            data.get("items").forEach(it -> listed.add(it.get("task_id").stringValue()));
            cursor = "&cursor=" + data.get("next_cursor").asString("");
            assertThat(data.get("next_cursor").isNull()).isEqualTo(page == 2);
        }
        assertThat(listed).containsExactlyElementsOf(made.reversed());
    }

    @Test
    void listsWithTheFieldsOfATaskButItsTimeline() {
        Team team = gateway.team();
        String task = team.create("listed");
        team.upstreamId(task);
        JsonNode item = team.get("/api/tasks").data().get("items").get(0);
        assertThat(item.propertyNames())
                .containsExactly(
                        "task_id",
                        "status",
                        "request",
                        "response",
                        "consumed_credits",
                        "error_message",
                        "created_at",
                        "phase",
                        "project");
    }

    @Test
    void findsByStatusPhaseProjectAndTime() {
        Team team = gateway.team();
        String ended =
                team.generate("ended", "X-Project", "spring").data().get("task_id").stringValue();
        vendor.finish(team.upstreamId(ended), "https://cdn.example.com/clip.mp4");
        team.await(ended, "SUCCEEDED");
        String rendering = team.create("rendering");
        team.upstreamId(rendering);
        assertThat(found(team, "status=SUCCESS")).containsExactly(ended);
        assertThat(found(team, "status=SUCCEEDED")).containsExactly(ended);
        assertThat(found(team, "status=IN_PROGRESS")).containsExactly(rendering);
        assertThat(found(team, "status=RENDERING")).containsExactly(rendering);
        assertThat(found(team, "status=QUEUED")).isEmpty();
        assertThat(found(team, "project=spring")).containsExactly(ended);
        assertThat(found(team, "project=autumn")).isEmpty();
        assertThat(found(team, "from=2020-01-01&to=2021-01-01T00:00:00Z")).isEmpty();
        assertThat(found(team, "from=2020-01-01")).containsExactly(rendering, ended);
        assertThat(found(team, "status=&project=&from=&to=&limit=&cursor="))
                .as("left empty is absent")
                .containsExactly(rendering, ended);
    }

    @ParameterizedTest
    @CsvSource({
        "status=DONE, INVALID_REQUEST, status",
        "limit=0, INVALID_REQUEST, limit",
        "limit=201, INVALID_REQUEST, limit",
        "limit=many, INVALID_REQUEST, limit",
        "cursor=x, INVALID_REQUEST, cursor",
        "from=yesterday, INVALID_REQUEST, from",
        "to=2026-13-01, INVALID_REQUEST, to",
        "project=a%20b, INVALID_PROJECT, project"
    })
    void refusesABadParameterByItsName(String query, ErrorCode error, String name) {
        Answer refused = gateway.team().get("/api/tasks?" + query);
        assertThat(refused).hasStatus(400).hasError(error).says(name);
    }

    private static List<String> found(Team team, String query) {
        List<String> ids = new ArrayList<>();
        team.get("/api/tasks?" + query)
                .data()
                .get("items")
                .forEach(it -> ids.add(it.get("task_id").stringValue()));
        return ids;
    }

    private static Answer cancel(Team team, String task) {
        return gateway.call("DELETE", "/api/tasks/" + task, team.key(), null);
    }

    /** Tasks wait from here on: an operator's pause has no end of its own. */
    private static void pauseTheVendor() {
        gateway.database()
                .execute(
                        "insert into upstream_pause (upstream, reason) select upstream, 'OPERATOR' from upstream_budget");
        Awaitility.await()
                .until(() ->
                        gateway.call("GET", "/actuator/prometheus", null, null)
                                .body()
                                .contains("seedgate_vendor_stopped{reason=\"operator\"} 1.0"));
    }
}
