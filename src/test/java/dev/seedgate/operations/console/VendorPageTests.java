package dev.seedgate.operations.console;

import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.TestDatabase;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The console's page of the vendor. Its switches and purchases are a gateway's own. */
class VendorPageTests {

    private static final String PATH = "/console/vendor";

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

    @Test
    void throwsSwitchesForAReasonAndSaysWhatStands() {
        ConsoleClient operator = ConsoleClient.of(gateway, "operator");
        Answer page = operator.get(PATH);
        assertThat(page.body())
                .contains(
                        "Nothing: it is called as tasks come.",
                        "Pause the vendor",
                        "Stop all creates")
                .doesNotContain("Record a purchase");
        assertThat(
                        operator.submit(page, PATH + "/pause", Map.of("reason", "they work on it"))
                                .header("Location"))
                .isEqualTo(PATH + "?done=paused");
        assertThat(
                        operator.submit(page, PATH + "/creates/stop", Map.of("reason", ""))
                                .header("Location"))
                .isEqualTo(PATH + "?done=stopped");
        assertThat(operator.page(PATH + "?done=stopped"))
                .contains(
                        "All creates are refused, on every replica",
                        "Paused: what is created waits",
                        "All creates are stopped: they get 503",
                        ": they work on it",
                        "End the pause");
        assertThat(
                        gateway.database()
                                .text(
                                        "select reason from audit_entry where action = 'upstream.pause' and actor like 'admin-key:%'"))
                .isEqualTo("they work on it");
        operator.submit(page, PATH + "/resume", Map.of());
        operator.submit(page, PATH + "/creates/resume", Map.of());
        assertThat(gateway.admin("GET", "/upstream", null).json().get("pauses")).isEmpty();
    }

    @Test
    void keepsAReasonThatWasRefused() {
        ConsoleClient operator = ConsoleClient.of(gateway, "operator");
        String reason = "x".repeat(501);
        Answer refused =
                operator.submit(operator.get(PATH), PATH + "/pause", Map.of("reason", reason));
        assertThat(refused).hasStatus(400);
        assertThat(refused.body()).contains("role=\"alert\"", "value=\"" + reason + "\"");
    }

    @Test
    void recordsAPurchaseOnceAndKeepsWhatWasTypedWhenRefused() {
        ConsoleClient admin = ConsoleClient.admin(gateway);
        Answer page = admin.get(PATH);
        assertThat(page.body()).contains("No purchase yet.");
        Answer refused =
                admin.submit(
                        page,
                        PATH + "/purchases",
                        Map.of("credits", "many", "reason", "order 7", "once", "a"));
        assertThat(refused).hasStatus(400);
        assertThat(refused.body())
                .contains("role=\"alert\"", "value=\"many\"", "value=\"order 7\"");
        for (int i = 0; i < 2; i++) {
            Answer recorded =
                    admin.submit(
                            page,
                            PATH + "/purchases",
                            Map.of("credits", "5,000", "reason", "order 7", "once", "b"));
            assertThat(recorded.header("Location")).isEqualTo(PATH + "?done=recorded");
        }
        assertThat(gateway.admin("GET", "/vendor-balance", null).json().get("balance").asLong())
                .isEqualTo(5000);
        assertThat(admin.page(PATH))
                .contains("order 7", "+5,000")
                .doesNotContain("No purchase yet.");
    }

    @Test
    void letsNobodyDoWhatTheApiWouldNot() {
        ConsoleClient viewer = ConsoleClient.of(gateway, "viewer");
        Answer page = viewer.get(PATH);
        assertThat(page.body())
                .doesNotContain("Pause the vendor", "Stop all creates", "Record a purchase");
        assertThat(viewer.submit(page, PATH + "/pause", Map.of())).hasStatus(403);
        ConsoleClient operator = ConsoleClient.of(gateway, "operator");
        assertThat(
                        operator.submit(
                                operator.get(PATH),
                                PATH + "/purchases",
                                Map.of("credits", "1", "reason", "x", "once", "c")))
                .hasStatus(403);
        Answer forged = operator.post(PATH + "/pause", Map.of());
        assertThat(forged.header("Location")).isEqualTo("/console/login?expired");
        assertThat(gateway.admin("GET", "/upstream", null).json().get("pauses")).isEmpty();
    }

    @Test
    void showsTheLastCallsThatFailed() {
        ConsoleClient viewer = ConsoleClient.of(gateway, "viewer");
        assertThat(viewer.page(PATH)).contains("None since its start.");
        FakeVendor vendor = gateway.vendor();
        vendor.onGenerate(FakeVendor.error(400), vendor.acceptAndReset());
        Team team = gateway.team();
        team.await(team.create("A kite nobody may read of"), "FAILED");
        String uncertain = team.create("A kite nobody may read of");
        team.await(uncertain, "UNCERTAIN");
        // What changes comes alone, too.
        for (String page : List.of(viewer.page(PATH), viewer.page(PATH + "?live"))) {
            assertThat(page.replaceAll("<[^>]*>", " ").replaceAll("\\s+", " "))
                    .contains("submit refused POST /api/generate, after", "HTTP 400")
                    .containsPattern(
                            "submit uncertain POST /api/generate, after \\d+ ms sent, no answer")
                    .doesNotContain("A kite", "None since its start.");
        }
        assertThat(viewer.page(PATH + "?live")).doesNotContain("<html", "Purchases");
    }
}
