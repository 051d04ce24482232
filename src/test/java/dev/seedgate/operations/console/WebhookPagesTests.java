package dev.seedgate.operations.console;

import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The console's pages of the teams' endpoints. */
class WebhookPagesTests {

    private static final String PATH = "/console/webhooks";

    private static final Gateway gateway = Gateway.shared();

    @Test
    void showsWhatBecameOfADeliveryAndMakesItAgain() {
        Team team = gateway.team();
        String id = ConsoleData.webhook(team);
        ConsoleClient operator = ConsoleClient.of(gateway, "operator");
        assertThat(operator.page(PATH))
                .contains(PATH + "/" + id, "https://127.0.0.1/…", team.slug())
                .doesNotContain("secret-path");
        Answer test = gateway.call("POST", "/api/webhooks/" + id + "/test", team.key(), null);
        String delivery = test.data().get("id").asString();
        // It may not go to the own network, so that its one try fails.
        awaitTries(delivery, 1);
        Answer page = operator.get(PATH + "/" + id);
        assertThat(page.body())
                .contains(
                        "webhook.test", "given up", "no answer", "SEEDGATE_WEBHOOKS_ALLOW_INTERNAL")
                .doesNotContain("secret-path", "Remove the endpoint");
        Answer again =
                operator.submit(
                        page, PATH + "/" + id + "/deliveries/" + delivery + "/redeliver", Map.of());
        assertThat(again.header("Location")).isEqualTo(PATH + "/" + id + "?done=redelivered");
        awaitTries(delivery, 2);
        assertThat(
                        gateway.database()
                                .text(
                                        "select action from audit_entry where actor like 'admin-key:%' and object = 'webhook:"
                                                + id
                                                + "'"))
                .isEqualTo("webhook.redeliver");
        // Of another endpoint it is none.
        String other = ConsoleData.webhook(gateway.team());
        assertThat(
                        operator.submit(
                                page,
                                PATH + "/" + other + "/deliveries/" + delivery + "/redeliver",
                                Map.of()))
                .hasStatus(404);
    }

    @Test
    void saysOnATasksPageWhoWasToldOfItsEnd() {
        Team team = gateway.team();
        String task = team.create("A kite");
        ConsoleClient viewer = ConsoleClient.of(gateway, "viewer");
        assertThat(viewer.page("/console/tasks/" + task)).doesNotContain("Who was told");
        String id = ConsoleData.webhook(team);
        gateway.vendor().finish(team.upstreamId(task), "https://cdn.example/kite.mp4");
        team.await(task, "SUCCEEDED");
        Awaitility.await()
                .untilAsserted(() ->
                        assertThat(viewer.page("/console/tasks/" + task))
                                .contains(
                                        "Who was told of its end",
                                        "task.succeeded",
                                        "href=\"" + PATH + "/" + id + "\"",
                                        "is tried again",
                                        "no answer")
                                .doesNotContain("secret-path"));
    }

    @Test
    void removesAnEndpointForAnAdminOnly() {
        String id = ConsoleData.webhook(gateway.team());
        ConsoleClient viewer = ConsoleClient.of(gateway, "viewer");
        Answer page = viewer.get(PATH + "/" + id);
        assertThat(page.body())
                .contains("Nothing was delivered yet.")
                .doesNotContain("Remove the endpoint", "Redeliver");
        assertThat(viewer.submit(page, PATH + "/" + id + "/remove", Map.of())).hasStatus(403);
        ConsoleClient admin = ConsoleClient.admin(gateway);
        assertThat(
                        admin.submit(
                                        admin.get(PATH + "/" + id),
                                        PATH + "/" + id + "/remove",
                                        Map.of())
                                .header("Location"))
                .isEqualTo(PATH + "?done=removed");
        assertThat(admin.get(PATH + "/" + id)).hasStatus(404);
    }

    @Test
    void asksTheDatabaseAFixedNumberOfTimes() {
        ConsoleClient viewer = ConsoleClient.of(gateway, "viewer");
        ConsoleData.webhook(gateway.team());
        try (StatementCount statements = new StatementCount()) {
            Answer few = viewer.get(PATH);
            for (int i = 0; i < 5; i++) {
                ConsoleData.webhook(gateway.team());
            }
            assertThat(statements.of(viewer.get(PATH)))
                    .isEqualTo(statements.of(few))
                    .isBetween(1, 5);
        }
    }

    private static void awaitTries(String delivery, int tries) {
        Awaitility.await("the tries")
                .until(
                        () ->
                                gateway.database()
                                        .text(
                                                "select count(*) from webhook_try t join webhook_delivery d on d.id = t.delivery_id where d.due_at is null and d.id = "
                                                        + delivery),
                        String.valueOf(tries)::equals);
    }
}
