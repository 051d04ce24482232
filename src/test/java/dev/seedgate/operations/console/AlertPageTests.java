package dev.seedgate.operations.console;

import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.operations.alert.AlertKind;
import dev.seedgate.operations.alert.Alerts;
import dev.seedgate.operations.alert.Alerts.AlertCandidate;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The console's page of alerts. */
class AlertPageTests {

    private static final String PATH = "/console/alerts";

    private static final Gateway gateway = Gateway.shared();

    @Test
    void takesAnAcknowledgementOnceWithItsReason() {
        String id = raise("alert-page", "The team alert-page has used 80 %.");
        ConsoleClient operator = ConsoleClient.of(gateway, "operator");
        String act = PATH + "/" + id + "/acknowledge";
        Answer page = operator.get(PATH);
        assertThat(page.body()).contains("The team alert-page has used 80 %.", "action=\"" + act);
        String reason = "x".repeat(501);
        Answer refused = operator.submit(page, act, Map.of("reason", reason));
        assertThat(refused).hasStatus(400);
        assertThat(refused.body()).contains("role=\"alert\"", "value=\"" + reason + "\"");
        Answer done = operator.submit(page, act, Map.of("reason", "asked them"));
        assertThat(done.header("Location")).isEqualTo(PATH + "?done=acknowledged");
        assertThat(operator.page(PATH + "?team=alert-page"))
                .contains("The team alert-page has used 80 %.", "not sent: no webhook was set")
                .doesNotContain("action=\"" + act);
        assertThat(
                        gateway.database()
                                .text(
                                        "select reason from audit_entry where object = 'alert:"
                                                + id
                                                + "'"))
                .isEqualTo("asked them");
        assertThat(operator.submit(page, PATH + "/0/acknowledge", Map.of())).hasStatus(404);
    }

    @Test
    void offersAViewerNoAct() {
        String id = raise("alert-viewer", "The team alert-viewer has used 80 %.");
        ConsoleClient viewer = ConsoleClient.of(gateway, "viewer");
        Answer page = viewer.get(PATH);
        assertThat(page.body())
                .contains("The team alert-viewer has used 80 %.")
                .doesNotContain("I look after it");
        assertThat(viewer.submit(page, PATH + "/" + id + "/acknowledge", Map.of())).hasStatus(403);
    }

    @Test
    void saysWhichFilterMeansNothing() {
        ConsoleClient viewer = ConsoleClient.of(gateway, "viewer");
        Answer wrong = viewer.get(PATH + "?kind=NONE&team=film");
        assertThat(wrong).hasStatus(400);
        assertThat(wrong.body()).contains("role=\"alert\"", "kind must be", "value=\"film\"");
        assertThat(viewer.page(PATH + "?team=nobodys")).contains("No alert fits this filter.");
    }

    private static String raise(String team, String text) {
        gateway.bean(Alerts.class)
                .raise(
                        new AlertCandidate(
                                AlertKind.QUOTA,
                                "team:" + team,
                                team,
                                "80",
                                "2026-11",
                                false,
                                text));
        return gateway.database().text("select id from alert where team_slug = '" + team + "'");
    }
}
