package dev.seedgate;

import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.platform.values.TaskId;
import dev.seedgate.task.lifecycle.PollOutcomes;
import dev.seedgate.task.queue.DuePoll;
import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Invariants;
import dev.seedgate.testing.Json;
import dev.seedgate.testing.TestDatabase;
import dev.seedgate.vendor.contract.PollAnswer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Two gateways on one database: whichever is asked, what holds is one and the same. */
class ReplicasTests {

    private static final String CLIP = "https://cdn.example.com/clip.mp4";

    private static Gateway first;
    private static Gateway second;

    @BeforeAll
    static void start() {
        first = Gateway.start(TestDatabase.create(), FakeVendor.start());
        second = Gateway.start(first.database(), first.vendor());
    }

    @AfterAll
    static void stop() {
        second.close();
        first.close();
        first.vendor().close();
    }

    @AfterEach
    void booksBalance() {
        Invariants.check(first.database());
    }

    @Test
    void agreeOnATeamsKeys() {
        Team team = first.team();
        assertThat(at(second, team).get("/api/credits")).hasStatus(200);
        JsonNode key = keys(team).get("items").get(0);
        assertThat(first.admin("DELETE", keyPath(team) + "/" + key.get("id"), null)).hasStatus(204);
        for (Gateway replica : List.of(second, first)) {
            eventuallyUnknown(() -> at(replica, team).get("/api/credits"));
        }
    }

    @Test
    void agreeOnAnAdminsKeys() {
        Answer made = first.admin("POST", "/admin-keys", Json.of("name", "n", "role", "admin"));
        String key = made.json().get("key").stringValue();
        assertThat(second.call("GET", "/admin/api/teams", key, null)).hasStatus(200);
        first.admin("DELETE", "/admin-keys/" + made.json().get("id").asLong(), null);
        eventuallyUnknown(() -> second.call("GET", "/admin/api/teams", key, null));
    }

    private static void eventuallyUnknown(java.util.function.Supplier<Answer> call) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(5))
                .pollInterval(Duration.ofMillis(50))
                .untilAsserted(() -> assertThat(call.get()).hasStatus(401));
    }

    @Test
    void letExactlyTenOfSixtyFourCreatesSpendABudgetForTen() {
        Team team = first.team();
        long key = keys(team).at("/items/0/id").asLong();
        assertThat(
                        first.admin(
                                "PUT",
                                keyPath(team) + "/" + key + "/budget",
                                Json.of("monthly_credits", 650)))
                .hasStatus(200);
        List<Answer> answers =
                IntStream.range(0, 64)
                        .mapToObj(i -> at(i % 2 == 0 ? first : second, team))
                        .map(where -> CompletableFuture.supplyAsync(() -> create(where)))
                        .toList()
                        .stream()
                        .map(CompletableFuture::join)
                        .toList();
        assertThat(answers).filteredOn(it -> it.status() == 200).hasSize(10);
        assertThat(answers)
                .filteredOn(it -> it.status() != 200)
                .allMatch(it -> it.status() == 402 && it.error().equals("TEAM_QUOTA_EXHAUSTED"));
        assertThat(
                        first.admin("GET", "/teams/" + team.slug() + "/budgets", null)
                                .json()
                                .at("/items/0"))
                .has("key_id", key)
                .has("key", "all")
                .has("used", 650)
                .has("remaining", 0);
    }

    /** Again while the database is busy, as such a refusal charges nothing. */
    private static Answer create(Team team) {
        Answer answer;
        do {
            answer = team.generate("p", "X-Project", "film");
        } while (answer.status() == 503);
        return answer;
    }

    @Test
    void settleOnceWhenBothHearOfTheEndAtOnce() throws InterruptedException {
        Team team = first.team("monthly_quota", 1000);
        String task = team.create("settled at once");
        DuePoll poll =
                new DuePoll(
                        new TaskId(task), team.upstreamId(task), Duration.ZERO, team.slug(), null);
        PollAnswer end = new PollAnswer.Succeeded(List.of(CLIP), 65L, "told to both");
        List<Thread> threads =
                IntStream.range(0, 16)
                        .mapToObj(i -> (i % 2 == 0 ? first : second).bean(PollOutcomes.class))
                        .map(outcomes -> Thread.ofVirtual().start(() -> outcomes.record(poll, end)))
                        .toList();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(
                        first.database()
                                .rows(
                                        "select kind from ledger_entry where task_id = '"
                                                + task
                                                + "' order by id"))
                .containsExactly("reserve", "settle");
    }

    @Test
    void shareTheWorkOfManyTasksAndSubmitEachOnce() {
        Team here = first.team();
        Team there = at(second, here);
        List<String> tasks =
                IntStream.range(0, 40)
                        .mapToObj(i -> (i % 2 == 0 ? here : there).create("one of forty"))
                        .toList();
        FakeVendor vendor = first.vendor();
        tasks.forEach(task -> vendor.finish(here.upstreamId(task), CLIP));
        tasks.forEach(task -> there.await(task, "SUCCEEDED"));
        assertThat(vendor.generates())
                .filteredOn(it -> it.body().contains("\"one of forty\""))
                .hasSize(40);
    }

    private static Team at(Gateway replica, Team team) {
        return new Team(replica, team.slug(), team.key());
    }

    private static JsonNode keys(Team team) {
        return first.admin("GET", keyPath(team), null).json();
    }

    private static String keyPath(Team team) {
        return "/teams/" + team.slug() + "/keys";
    }
}
