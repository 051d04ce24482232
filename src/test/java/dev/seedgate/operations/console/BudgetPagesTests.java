package dev.seedgate.operations.console;

import static dev.seedgate.operations.console.ConsoleClient.text;
import static dev.seedgate.platform.values.ErrorCode.TEAM_QUOTA_EXHAUSTED;
import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Json;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The console's page of a budget: first what it would do, then saved if nobody was faster. */
class BudgetPagesTests {

    private static final Gateway gateway = Gateway.shared();
    private static final ConsoleClient admin = ConsoleClient.admin(gateway);

    @Test
    void setsAProjectsBudgetThatWasSeenAndRemovesIt() {
        Team team = gateway.team("monthly_quota", 200);
        team.post(
                Json.of("prompt", "A kite", "aspect_ratio", "16:9", "duration", "5"),
                "X-Project",
                "film");
        String path = "/console/teams/" + team.slug() + "/budget";
        assertThat(text(admin.page("/console/teams/" + team.slug())))
                .contains("None: its keys and projects share the quota.");
        String typed = "?check=1&project=film&key=&reason=a+cap&monthly_credits=";
        Answer seen = admin.get(path + typed + "130");
        assertThat(text(seen.body()))
                .contains("none → 130 credits", "65 are used this month, so 65 are left.");
        assertThat(text(admin.page(path + typed + "60")))
                .contains("so its next create is refused until the month ends.");
        assertThat(text(admin.page(path + typed + "1000")))
                .contains("so 935 are left; the team itself has 135 left.");
        Map<String, String> form =
                Map.of(
                        "project",
                        "film",
                        "key",
                        "",
                        "monthly_credits",
                        "130",
                        "seen",
                        "",
                        "reason",
                        "a cap");
        Answer saved = admin.submitHidden(seen, path);
        assertThat(saved.header("Location")).as(saved.body()).endsWith("?done=budget");
        JsonNode budget = budgets(team).get(0);
        assertThat(budget.get("monthly_credits").asLong()).isEqualTo(130);
        assertThat(budget.get("used").asLong()).isEqualTo(65);
        // What was seen is another by now; what was typed stays.
        Answer stale = admin.submit(seen, path, form);
        assertThat(stale).hasStatus(412);
        assertThat(stale.body())
                .contains(
                        "is 130 credits now", "value=\"film\"", "value=\"a cap\"", "value=\"130\"");
        assertThat(text(admin.page("/console/teams/" + team.slug())))
                .contains("project film 65 of 130");
        assertThat(admin.page(path + "?project=film")).contains("value=\"130\"");
        assertThat(text(admin.page(path + typed)))
                .contains("130 credits → none", "The team’s quota alone holds it then.");
        admin.submit(
                seen,
                path,
                Map.of("project", "film", "monthly_credits", "", "seen", "130", "reason", "over"));
        assertThat(budgets(team)).isEmpty();
        assertThat(
                        gateway.database()
                                .text(
                                        "select string_agg(action || ' ' || reason, ', ' order by id) from audit_entry where object = 'team:"
                                                + team.slug()
                                                + "/project:film'"))
                .isEqualTo("budget.set a cap, budget.remove over");
    }

    @Test
    void setsAKeysBudget() {
        Team team = gateway.team();
        String key =
                gateway.admin("GET", "/teams/" + team.slug() + "/keys", null)
                        .json()
                        .get("items")
                        .get(0)
                        .get("id")
                        .asString();
        String path = "/console/teams/" + team.slug() + "/budget";
        Answer seen = admin.get(path + "?check=1&key=" + key + "&project=&monthly_credits=0");
        assertThat(text(seen.body())).contains("none → 0 credits");
        admin.submitHidden(seen, path);
        assertThat(team.generate("A kite")).hasError(TEAM_QUOTA_EXHAUSTED);
        assertThat(budgets(team).get(0).get("key_id").asString()).isEqualTo(key);
    }

    @Test
    void refusesWhatIsOfNothing() {
        Team team = gateway.team();
        String path = "/console/teams/" + team.slug() + "/budget";
        for (String typed :
                new String[] {
                    "?check=1&monthly_credits=5",
                    "?check=1&key=1&project=film",
                    "?check=1&key=999999999",
                    "?project=no+project",
                    "?check=1&project=film&monthly_credits=-1"
                }) {
            Answer refused = admin.get(path + typed);
            assertThat(refused.status()).as(typed).isBetween(400, 404);
            assertThat(refused.body()).as(typed).contains("role=\"alert\"");
        }
        assertThat(ConsoleClient.of(gateway, "operator").get(path)).hasStatus(403);
    }

    private static JsonNode budgets(Team team) {
        return gateway.admin("GET", "/teams/" + team.slug() + "/budgets", null).json().get("items");
    }
}
