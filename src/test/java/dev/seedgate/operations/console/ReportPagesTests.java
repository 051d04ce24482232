package dev.seedgate.operations.console;

import static dev.seedgate.operations.console.ConsoleClient.text;
import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Json;
import dev.seedgate.testing.TestDatabase;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * The console's page of reports: its figures are those of the API, shown, rest and total; and of
 * the prices that they are valued at.
 */
class ReportPagesTests {

    private static final String PATH = "/console/reports";
    private static final String PRICES = "/console/prices";
    private static final String RANGE = "from=2001-01-01&to=2101-01-01";

    private static final Gateway gateway = Gateway.shared();
    private static final ConsoleClient viewer = ConsoleClient.of(gateway, "viewer");

    /** Where nobody else has used or priced anything. */
    private static Gateway own;

    @BeforeAll
    static void start() {
        own = Gateway.start(TestDatabase.create(), gateway.vendor());
    }

    @AfterAll
    static void stop() {
        own.close();
    }

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
                                "([0-9,]+) net in the rows shown \\+ ([0-9,]+) in the rest = ([0-9,]+) in all [=≠]")
                        .matcher(text);
        assertThat(sums.find()).as(text).isTrue();
        assertThat(number(sums.group(1)) + number(sums.group(2))).isEqualTo(number(sums.group(3)));
        assertThat(number(sums.group(2))).isPositive();
        assertThat(total.get("net").asLong()).isGreaterThanOrEqualTo(number(sums.group(3)));
        assertThat(page)
                .contains("the rest: ", "in the ledger, entry by entry")
                .doesNotContain("style=");
        String whole = viewer.page(PATH + "?" + query + "&all=1");
        assertThat(text(whole)).contains("+ 0 in the rest").doesNotContain("the rest: ");
        Answer file = viewer.get(PATH + "?" + query + "&format=csv");
        assertThat(file.header("Content-Type")).startsWith("text/csv");
        assertThat(file.body()).contains(team.slug() + ",p51,1,");
        // A cell leads to its tasks, or to its entries.
        String row = "team=" + team.slug() + "&amp;project=p51&amp;";
        assertThat(text(viewer.page(href(whole, "/console/tasks\\?" + row + "[^\"]*"))))
                .contains("1 task ");
        String entries =
                text(
                        viewer.page(
                                href(
                                        whole,
                                        EntryFilter.PATH + "\\?figure=net&amp;" + row + "[^\"]*")));
        assertThat(entries).contains("Net: 65 credits", "1 entry 65 charged − 0 refunded = 65 net");
    }

    /** Whatever a figure counts, its entries come to it, however the report is grouped. */
    @Test
    void everyFigureIsTheSumOfItsEntries() {
        Team team = own.team("cost_center", "R&D + 1");
        String lost = team.create("A kite");
        own.vendor().fail(team.upstreamId(lost), "refused");
        team.await(lost, "FAILED");
        String kept = team.create("A kite");
        own.vendor().finish(team.upstreamId(kept), "https://cdn.seedance.example/1.mp4");
        team.await(kept, "SUCCEEDED");
        team.create("A kite");
        ConsoleClient client = ConsoleClient.of(own, "viewer");
        for (String by :
                List.of("team", "project", "cost_center", "preset", "key", "day", "month")) {
            String page = client.page(PATH + "?" + RANGE + "&group_by=" + by);
            assertThat(text(page))
                    .contains(
                            "130 net in the rows shown + 0 in the rest = 130 in all = 130 in the ledger, entry by entry as the ledger has it");
            Map<String, String> figures = new LinkedHashMap<>();
            Matcher cell =
                    Pattern.compile("href=\"([^\"]*figure=(\\w+)[^\"]*)\">([0-9,]+)</a></td>")
                            .matcher(
                                    page.substring(
                                            page.indexOf("<tbody>"), page.indexOf("</tbody>")));
            while (cell.find()) {
                figures.put(cell.group(2), cell.group(3));
                assertThat(text(client.page(cell.group(1).replace("&amp;", "&"))))
                        .as(by + " " + cell.group(2))
                        .containsIgnoringCase(cell.group(2) + ": " + cell.group(3));
            }
            assertThat(figures)
                    .as(by)
                    .containsEntry("succeeded", "1")
                    .containsEntry("failed", "1")
                    .containsEntry("charged", "195")
                    .containsEntry("refunded", "65")
                    .containsEntry("net", "130");
        }
    }

    @Test
    void setsAPriceForADay() {
        ConsoleClient client = ConsoleClient.admin(own);
        Answer page = client.get(PRICES);
        assertThat(page.body()).contains("No price yet");
        Answer refused = client.submit(page, PRICES, price("cheap"));
        assertThat(refused).hasStatus(400);
        assertThat(refused.body())
                .contains("role=\"alert\"", "value=\"2999-01-01\"", "value=\"cheap\"");
        Answer set = client.submit(page, PRICES, price("0.0125"));
        assertThat(set.header("Location")).isEqualTo(PRICES + "?done=set");
        assertThat(client.page(PRICES)).contains("2999-01-01", "0.0125 EUR");
        assertThat(own.admin("GET", "/prices", null).json().get("items")).hasSize(1);
    }

    private static Map<String, String> price(String perCredit) {
        return Map.of("effective_from", "2999-01-01", "per_credit", perCredit, "currency", "EUR");
    }

    @Test
    void turnsThePagesOfEntries() {
        Team team = gateway.team();
        for (int i = 0; i < 52; i++) {
            team.create("A kite");
        }
        String path = EntryFilter.PATH + "?figure=charged&team=" + team.slug();
        String first = viewer.page(path);
        assertThat(text(first)).contains("Charged: 3,380 credits", "52 entries");
        String second = viewer.page(href(first, EntryFilter.PATH + "\\?[^\"]*cursor=[^\"]*"));
        assertThat(text(second)).contains("52 entries").doesNotContain("Older");
        assertThat(tasks(first)).hasSize(50).doesNotContainAnyElementsOf(tasks(second));
        assertThat(tasks(second)).hasSize(2);
        for (String wrong : List.of("figure=moon", "cursor=x", "from=yesterday")) {
            Answer refused = viewer.get(EntryFilter.PATH + "?" + wrong);
            assertThat(refused).hasStatus(400);
            assertThat(refused.body()).contains("role=\"alert\"");
        }
    }

    private static List<String> tasks(String page) {
        return Pattern.compile("href=\"/console/tasks/(\\w+)\"")
                .matcher(page)
                .results()
                .map(it -> it.group(1))
                .toList();
    }

    private static String href(String page, String pattern) {
        Matcher link = Pattern.compile("href=\"(" + pattern + ")\"").matcher(page);
        assertThat(link.find()).as(page).isTrue();
        return link.group(1).replace("&amp;", "&");
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
}
