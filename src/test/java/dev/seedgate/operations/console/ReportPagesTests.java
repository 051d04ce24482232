package dev.seedgate.operations.console;

import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Json;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The console's page of reports: its figures are those of the API, shown, rest and total. */
class ReportPagesTests {

    private static final String PATH = "/console/reports";
    private static final String RANGE = "from=2001-01-01&to=2101-01-01";

    private static final Gateway gateway = Gateway.shared();
    private static final ConsoleClient viewer = ConsoleClient.of(gateway, "viewer");

    @Test
    void addsUpToTheTotalHoweverManyRowsAreShown() {
        Team team = gateway.team();
        // More groups than a page shows, whoever else used the gateway.
        for (int i = 0; i < 52; i++) {
            team.post(
                    Json.of("prompt", "A kite", "aspect_ratio", "16:9", "duration", "5"),
                    "X-Project",
                    "p" + i);
        }
        String query = RANGE + "&group_by=team&group_by=project";
        String page = viewer.page(PATH + "?" + query);
        JsonNode total = gateway.admin("GET", "/reports/usage?" + RANGE, null).json().get("total");
        String text = text(page);
        Matcher sums =
                Pattern.compile(
                                "([0-9,]+) net in the rows shown \\+ ([0-9,]+) in the rest = ([0-9,]+) in all")
                        .matcher(text);
        assertThat(sums.find()).as(text).isTrue();
        assertThat(number(sums.group(1)) + number(sums.group(2))).isEqualTo(number(sums.group(3)));
        assertThat(number(sums.group(2))).isPositive();
        assertThat(total.get("net").asLong()).isGreaterThanOrEqualTo(number(sums.group(3)));
        assertThat(page).contains("the rest: ", "as the ledger has it").doesNotContain("style=");
        String whole = viewer.page(PATH + "?" + query + "&all=1");
        assertThat(text(whole)).contains("+ 0 in the rest").doesNotContain("the rest: ");
        Answer file = viewer.get(PATH + "?" + query + "&format=csv");
        assertThat(file.header("Content-Type")).startsWith("text/csv");
        assertThat(file.body()).contains(team.slug() + ",p51,1,");
        // A cell leads to its tasks.
        Matcher cell =
                Pattern.compile(
                                "href=\"(/console/tasks\\?team="
                                        + team.slug()
                                        + "&amp;project=p51&amp;[^\"]*)\"")
                        .matcher(whole);
        assertThat(cell.find()).as(whole).isTrue();
        assertThat(text(viewer.page(cell.group(1).replace("&amp;", "&")))).contains("1 task ");
    }

    @Test
    void saysWhatStandsInTheWayOfClosingAMonth() {
        Team team = gateway.team();
        team.create("A kite");
        String month =
                gateway.database()
                        .text(
                                "select to_char(gateway_now() at time zone billing_zone, 'YYYY-MM') from installation");
        String page = text(viewer.page(PATH + "?month=" + month));
        assertThat(page)
                .contains(
                        "Statement of " + month,
                        "in the way The month still goes on.",
                        "unsettled: their charge may still come back.",
                        "Reconciliation with the vendor")
                .doesNotContain("Close this month");
        // Of the past nothing is open; whether it can be closed the ledger check says.
        assertThat(text(viewer.page(PATH + "?month=2001-01")))
                .contains(
                        "The month is over.",
                        "Every task has ended.",
                        "Nothing was used in this time.")
                .doesNotContain("Close this month");
    }

    @Test
    void keepsWhatWasTypedWhenItMeansNothing() {
        Answer wrong = viewer.get(PATH + "?from=yesterday&to=2026-12-01&group_by=day");
        assertThat(wrong).hasStatus(400);
        assertThat(wrong.body())
                .contains(
                        "role=\"alert\"", "value=\"yesterday\"", "<option value=\"day\" selected");
        assertThat(viewer.get(PATH + "?group_by=moon")).hasStatus(400);
        assertThat(viewer.get(PATH + "?month=2026-13")).hasStatus(400);
        assertThat(viewer.get(PATH + "?format=pdf")).hasStatus(400);
    }

    private static long number(String text) {
        return Long.parseLong(text.replace(",", ""));
    }

    private static String text(String page) {
        return page.replaceAll("<[^>]*>", " ").replaceAll("\\s+", " ");
    }
}
