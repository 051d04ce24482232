package dev.seedgate.credit.ledger;

import static dev.seedgate.platform.values.ErrorCode.INVALID_REQUEST;
import static dev.seedgate.platform.values.ErrorCode.KEY_NOT_FOUND;
import static dev.seedgate.platform.values.ErrorCode.NOT_FOUND;
import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Invariants;
import dev.seedgate.testing.Json;
import dev.seedgate.testing.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What a key or a project may spend in a month holds as exactly as a team's quota. */
class BudgetTests {

    private static final String ORDER =
            Json.of("prompt", "p", "aspect_ratio", "16:9", "duration", "5");

    private static Gateway gateway;

    @BeforeAll
    static void start() {
        gateway = Gateway.start(TestDatabase.create(), FakeVendor.start());
    }

    @AfterAll
    static void stop() {
        gateway.close();
        gateway.vendor().close();
    }

    @AfterEach
    void booksBalance() {
        Invariants.check(gateway.database());
    }

    @Test
    void saysWhoseBudgetIsSpent() {
        Team team = gateway.team("monthly_quota", 300);
        set(team, "/projects/film", 100);
        assertThat(create(team, team.key(), "film")).hasStatus(200);
        Answer project = create(team, team.key(), "film");
        assertThat(project).hasStatus(402);
        assertThat(message(project))
                .contains("65 credits", "the project \"film\"", "35 left", "T00:00:00Z");
        assertThat(create(team, team.key(), "other")).hasStatus(200);
        set(team, "/keys/" + keyId(team), 130);
        Answer key = create(team, team.key(), "other");
        assertThat(message(key)).contains("your key \"all\"", "0 left");
        set(team, "/keys/" + keyId(team), 10_000);
        // The team's quota comes first.
        assertThat(create(team, team.key(), "other")).hasStatus(200);
        assertThat(create(team, team.key(), "other")).hasStatus(200);
        assertThat(message(create(team, team.key(), "film"))).contains("your team has 40 left");
        // A refusal moved nothing.
        assertThat(budgets(team).get(0)).has("used", 260);
        assertThat(team).hasUsed(260);
    }

    @Test
    void givesARefundBackToBothBudgets() {
        Team team = gateway.team();
        set(team, "/keys/" + keyId(team), 65);
        set(team, "/projects/film", 65);
        gateway.admin("POST", "/upstream/pause", null);
        try {
            Answer made = create(team, team.key(), "film");
            assertThat(create(team, team.key(), "film")).hasStatus(402);
            String task = made.data().get("task_id").asString();
            assertThat(gateway.call("DELETE", "/api/tasks/" + task, team.key(), null))
                    .hasStatus(200);
            budgets(team).forEach(it -> assertThat(it.get("used").asLong()).isZero());
            assertThat(create(team, team.key(), "film")).hasStatus(200);
        } finally {
            gateway.admin("POST", "/upstream/resume", null);
        }
    }

    @Test
    void countsWhatWasSpentBeforeAndWhatASuccessorSpends() {
        Team team = gateway.team();
        create(team, team.key(), "film");
        long key = keyId(team);
        JsonNode made = set(team, "/keys/" + key, 195);
        assertThat(made).has("used", 65);
        Answer rotated =
                gateway.admin("POST", "/teams/" + team.slug() + "/keys/" + key + "/rotate", null);
        String successor = rotated.json().get("key").asString();
        assertThat(create(team, successor, "film")).hasStatus(200);
        assertThat(create(team, team.key(), "film")).hasStatus(200);
        assertThat(create(team, successor, "film")).hasStatus(402);
        assertThat(budgets(team).get(0)).has("key_id", rotated.json().get("id"));
        // By whichever of its keys it is named.
        set(team, "/keys/" + rotated.json().get("id"), 260);
        assertThat(budgets(team).size()).isEqualTo(1);
        assertThat(create(team, successor, "film")).hasStatus(200);
        assertThat(
                        gateway.admin(
                                "DELETE",
                                "/teams/" + team.slug() + "/keys/" + key + "/budget",
                                null))
                .hasStatus(204);
        assertThat(create(team, successor, "film")).hasStatus(200);
        assertThat(budgets(team).isEmpty()).isTrue();
    }

    @Test
    void countsChargesThatMeetTheMakingOfABudget() {
        Team team = gateway.team();
        List<CompletableFuture<Answer>> creates = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            creates.add(CompletableFuture.supplyAsync(() -> create(team, team.key(), "film")));
            if (i % 4 == 0) {
                set(team, "/projects/film", 100_000);
            } else if (i % 4 == 2) {
                gateway.admin("DELETE", "/teams/" + team.slug() + "/projects/film/budget", null);
            }
        }
        creates.forEach(it -> assertThat(it.join().status()).isEqualTo(200));
        set(team, "/projects/film", 100_000);
        assertThat(budgets(team).get(0)).has("used", 40 * 65);
    }

    @Test
    void beginsAnewWithTheMonth() {
        Team team = gateway.team();
        set(team, "/projects/film", 65);
        create(team, team.key(), "film");
        // As if it had been last month.
        gateway.database()
                .execute(
                        "update budget b set period = period - interval '1 month' from team t where t.id = b.team_id and t.slug = '"
                                + team.slug()
                                + "'");
        assertThat(budgets(team).get(0)).has("used", 0);
        assertThat(create(team, team.key(), "film")).hasStatus(200);
        assertThat(create(team, team.key(), "film")).hasStatus(402);
        // The first create's entry is still this month's, so the books would not agree.
        gateway.admin("DELETE", "/teams/" + team.slug() + "/projects/film/budget", null);
    }

    @Test
    void refusesWhatIsNoBudget() {
        Team team = gateway.team();
        String path = "/teams/" + team.slug();
        assertThat(put(path + "/keys/0/budget", Json.of("monthly_credits", 1)))
                .hasError(KEY_NOT_FOUND);
        long foreign = keyId(gateway.team());
        assertThat(put(path + "/keys/" + foreign + "/budget", Json.of("monthly_credits", 1)))
                .hasError(KEY_NOT_FOUND);
        assertThat(put(path + "/projects/a%20b/budget", Json.of("monthly_credits", 1)))
                .hasError(INVALID_REQUEST);
        assertThat(put(path + "/projects/film/budget", Json.of("monthly_credits", -1)))
                .hasError(INVALID_REQUEST);
        assertThat(gateway.admin("DELETE", path + "/projects/film/budget", null))
                .hasError(NOT_FOUND);
    }

    @Test
    void isWrittenDown() {
        Team team = gateway.team();
        set(team, "/projects/film", 65);
        set(team, "/projects/film", 66);
        JsonNode entry =
                gateway.admin("GET", "/audit?object=team:" + team.slug() + "/project:film", null)
                        .json()
                        .at("/items/0");
        assertThat(entry)
                .has("action", "budget.set")
                .has("/before/monthlyCredits", 65)
                .has("/after/monthlyCredits", 66);
    }

    /** Again while the database is busy, as such a refusal charges nothing. */
    private static Answer create(Team team, String key, String project) {
        Answer answer;
        do {
            answer = team.gateway().call("POST", "/api/generate", key, ORDER, "X-Project", project);
        } while (answer.status() == 503);
        return answer;
    }

    private static String message(Answer answer) {
        return answer.json().path("message").asString("");
    }

    private static JsonNode set(Team team, String path, long credits) {
        Answer answer =
                put(
                        "/teams/" + team.slug() + path + "/budget",
                        Json.of("monthly_credits", credits));
        assertThat(answer).hasStatus(200);
        return answer.json();
    }

    private static Answer put(String path, String body) {
        return gateway.admin("PUT", path, body);
    }

    private static JsonNode budgets(Team team) {
        return gateway.admin("GET", "/teams/" + team.slug() + "/budgets", null).json().get("items");
    }

    private static long keyId(Team team) {
        return gateway.admin("GET", "/teams/" + team.slug() + "/keys", null)
                .json()
                .at("/items/0/id")
                .asLong();
    }
}
