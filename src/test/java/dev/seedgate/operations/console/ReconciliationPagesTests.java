package dev.seedgate.operations.console;

import static dev.seedgate.operations.console.ConsoleClient.text;
import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Json;
import dev.seedgate.testing.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The console's page of the reconciliation: its figures are those of the API. */
class ReconciliationPagesTests {

    private static final String PATH = "/console/reconciliation";
    private static final int MORE_THAN_A_PAGE = 52;

    /** From an account without a task to one with more than a page of them. */
    @Test
    void showsWhereTheVendorTookOtherCreditsThanWereCharged() {
        FakeVendor vendor = FakeVendor.start();
        try (vendor;
                Gateway gateway = Gateway.start(TestDatabase.create(), vendor)) {
            ConsoleClient viewer = ConsoleClient.of(gateway, "viewer");
            assertThat(text(viewer.page(PATH)))
                    .contains(
                            "Expected 0",
                            "Reported 0",
                            "Difference 0",
                            "no purchase is recorded",
                            "None:");
            gateway.admin(
                    "POST",
                    "/vendor-balance/purchases",
                    Json.of("credits", 5000, "reason", "order 7"),
                    "Idempotency-Key",
                    "a");
            Team team = gateway.team();
            String dear = team.create("A kite");
            vendor.finishCharging(team.upstreamId(dear), 70, "https://cdn.seedance.example/1.mp4");
            team.await(dear, "SUCCEEDED");
            String page = viewer.page(PATH);
            assertThat(text(page))
                    .contains(
                            "Expected 65",
                            "Reported 70",
                            "Difference +5",
                            "Left at the vendor, estimated 4,930 5,000 bought − 70 taken",
                            "1 task differs",
                            "another price 65 70 +5",
                            "order 7");
            assertThat(page).contains("href=\"/console/tasks/" + dear + "\"");
            Answer file = viewer.get(PATH + "?format=csv");
            assertThat(file.header("Content-Type")).startsWith("text/csv");
            assertThat(file.body()).contains(dear + "," + team.slug());
            assertThat(text(viewer.page(PATH + "?from=2001-01-01&to=2001-02-01")))
                    .contains("Expected 0", "Difference 0");
            Answer wrong = viewer.get(PATH + "?from=yesterday");
            assertThat(wrong).hasStatus(400);
            assertThat(wrong.body()).contains("role=\"alert\"", "value=\"yesterday\"");

            List<String> tasks = new ArrayList<>();
            while (tasks.size() < MORE_THAN_A_PAGE - 1) {
                tasks.add(team.create("A kite"));
            }
            for (String task : tasks) {
                vendor.finishCharging(
                        team.upstreamId(task), 70, "https://cdn.seedance.example/1.mp4");
            }
            tasks.forEach(it -> team.await(it, "SUCCEEDED"));
            tasks.add(dear);
            String first = viewer.page(PATH);
            assertThat(text(first)).contains("52 tasks differ", "Difference +260");
            Matcher more = Pattern.compile("href=\"([^\"]*cursor=[^\"]*)\"").matcher(first);
            assertThat(more.find()).isTrue();
            String second = viewer.page(more.group(1).replace("&amp;", "&"));
            assertThat(text(second)).contains("52 tasks differ", "Difference +260");
            assertThat(tasks)
                    .allMatch(
                            it -> first.contains("/tasks/" + it) ^ second.contains("/tasks/" + it));
        }
    }
}
