package dev.seedgate.task.dispatch;

import static dev.seedgate.platform.values.ErrorCode.UPSTREAM_UNAVAILABLE;
import static dev.seedgate.task.lifecycle.Phase.QUEUED;
import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Json;
import dev.seedgate.testing.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The operator's two switches on the way to the vendor. */
class UpstreamTests {

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

    @Test
    void queuesCreatesWhilePausedAndSendsThemAfterwards() {
        Team team = gateway.team();
        Answer paused = gateway.admin("POST", "/upstream/pause", Json.of("reason", "moving"));
        assertThat(paused).hasStatus(200);
        JsonNode pause = paused.json().get("pauses").get(0);
        assertThat(pause)
                .has("reason", "OPERATOR")
                .has("detail", "admin:bootstrap: moving")
                .hasNull("until");
        String task = team.create("waits");
        assertThat(team.task(task)).isIn(QUEUED);
        JsonNode state = gateway.admin("GET", "/upstream", null).json();
        assertThat(state).has("queue_depth", 1).has("sandbox", false);
        JsonNode resumed = gateway.admin("POST", "/upstream/resume", null).json();
        assertThat(resumed.get("pauses").isEmpty()).isTrue();
        team.await(task, "RENDERING");
        assertThat(actions()).contains("upstream.pause", "upstream.resume");
    }

    @Test
    void refusesEveryCreateWhileTheyAreStopped() {
        Team team = gateway.team();
        String before = team.create("taken before");
        gateway.admin("POST", "/upstream/creates/stop", Json.of("reason", "budget"));
        Answer refused = team.generate("too late");
        assertThat(refused).hasStatus(503).hasError(UPSTREAM_UNAVAILABLE);
        assertThat(refused.http().headers().firstValue("Retry-After")).isPresent();
        team.await(before, "RENDERING");
        assertThat(team).hasUsed(65);
        gateway.admin("POST", "/upstream/creates/resume", null);
        team.await(team.create("in time"), "RENDERING");
        assertThat(actions()).contains("creates.stop", "creates.resume");
    }

    @Test
    void changesNothingThatCantBeAudited() {
        Team team = gateway.team();
        gateway.database()
                .execute(
                        "alter table audit_entry add constraint nothing_more check (false) not valid");
        try {
            for (String path :
                    List.of(
                            "/upstream/pause",
                            "/upstream/creates/stop",
                            "/teams/" + team.slug() + "/suspend",
                            "/teams/" + team.slug() + "/archive")) {
                assertThat(gateway.admin("POST", path, null).status()).as(path).isEqualTo(500);
            }
        } finally {
            gateway.database().execute("alter table audit_entry drop constraint nothing_more");
        }
        JsonNode untouched = gateway.admin("GET", "/teams/" + team.slug(), null).json();
        assertThat(untouched).has("suspended", false).hasNull("archived_at");
        assertThat(gateway.admin("GET", "/upstream", null).json().get("pauses").isEmpty()).isTrue();
        team.await(team.create("goes on"), "RENDERING");
    }

    private static List<String> actions() {
        return gateway.admin("GET", "/audit?object=upstream:seedance", null)
                .json()
                .get("items")
                .findValuesAsString("action");
    }
}
