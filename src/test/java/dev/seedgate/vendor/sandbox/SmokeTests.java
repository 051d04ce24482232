package dev.seedgate.vendor.sandbox;

import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Task;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Invariants;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Everything at once, as a newcomer starts it: the gateway with its own sandbox as the vendor. */
class SmokeTests {

    private static final Gateway gateway = Gateway.sandbox();

    @Test
    void saysThatItIsTheSandboxAlsoOnAPageThatThereIsNot() {
        Answer page = gateway.call("GET", "/console/nothing", null, null);
        assertThat(page).hasStatus(404);
        assertThat(page.body()).contains("There is no such page", "<strong>SANDBOX</strong>");
    }

    @Test
    void makesAClipThatCanBeFetched() throws Exception {
        Team team = gateway.team("monthly_quota", 1000);
        Task done = team.await(team.create("a boat"), "SUCCEEDED");
        URI clip = URI.create(done.get("response").get(0).stringValue());
        HttpResponse<byte[]> media =
                HttpClient.newHttpClient()
                        .send(HttpRequest.newBuilder(clip).build(), BodyHandlers.ofByteArray());
        assertThat(media.statusCode()).isEqualTo(200);
        assertThat(media.headers().firstValue("Content-Type")).hasValue("video/mp4");
        assertThat(new String(media.body(), 4, 4, java.nio.charset.StandardCharsets.US_ASCII))
                .isEqualTo("ftyp");
        assertThat(team).hasUsed(65);
        assertThat(gateway.vendor().requests()).isEmpty();
        Invariants.check(gateway.database());
    }

    /** Anybody can write such headers; no proxy is trusted here. */
    @Test
    void linksToNoHostThatAHeaderMakesUp() {
        Team team = gateway.team();
        String task = team.create("a boat");
        team.await(task, "SUCCEEDED");
        JsonNode seen =
                gateway.call(
                                "GET",
                                "/api/tasks/" + task,
                                team.key(),
                                null,
                                "X-Forwarded-For",
                                "127.0.0.1",
                                "X-Forwarded-Host",
                                "evil.example.org",
                                "X-Forwarded-Proto",
                                "https",
                                "Forwarded",
                                "host=evil.example.org;proto=https")
                        .data();
        assertThat(seen.get("response").get(0).stringValue())
                .startsWith("http://127.0.0.1:" + gateway.port() + "/sandbox/media/");
    }

    @Test
    void linksToTheClipOnTheHostThatWasAsked() throws Exception {
        Team team = gateway.team();
        String task = team.create("a boat");
        team.await(task, "SUCCEEDED");
        URI asked =
                URI.create("http://localhost:" + gateway.port() + "/api/status?task_id=" + task);
        HttpRequest request =
                HttpRequest.newBuilder(asked)
                        .header("Authorization", "Bearer " + team.key())
                        .build();
        String body = HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
        assertThat(body).contains("[\"http://localhost:" + gateway.port() + "/sandbox/media/");
    }

    @Test
    void showsWhatTheSandboxUsedAndBillsNothing() {
        Team team = gateway.team();
        team.await(team.create("a boat"), "SUCCEEDED");
        JsonNode own = team.get("/api/usage?group_by=preset,month").data().get("rows").get(0);
        assertThat(own).has("net", 65);
        assertThat(team.get("/api/usage").data()).has("sandbox", true);
        Answer csv = gateway.admin("GET", "/reports/usage?format=csv", null);
        assertThat(csv.header("Content-Disposition")).contains("usage-SANDBOX.csv");
        String month = own.get("month").stringValue();
        JsonNode statement = gateway.admin("GET", "/reports/statements/" + month, null).json();
        assertThat(statement).has("/total/net", 0);
        assertThat(statement.get("teams").findValuesAsString("team")).contains(team.slug());
    }

    @Test
    void playsEveryDirectiveThroughTheGateway() {
        Team team = gateway.team();
        String failed = team.create("[sandbox:fail]");
        String rejected = team.create("[sandbox:reject=400]");
        String repeated = team.create("[sandbox:http=500*2]");
        String throttled = team.create("[sandbox:http=429*1]");
        String lost = team.create("[sandbox:lost-answer]");
        String odd = team.create("[sandbox:odd-status]");
        team.await(failed, "FAILED");
        team.await(rejected, "FAILED");
        team.await(repeated, "SUCCEEDED");
        team.await(throttled, "SUCCEEDED");
        team.await(lost, "UNCERTAIN");
        team.await(odd, "SUCCEEDED");
        assertThat(team).hasUsed(4 * 65);
        Invariants.check(gateway.database());
    }

    @Test
    void tellsThatItIsAliveReadyAndMeasured() {
        assertThat(gateway.call("GET", "/actuator/health/liveness", null, null)).hasStatus(200);
        assertThat(gateway.call("GET", "/actuator/health/readiness", null, null)).hasStatus(200);
        assertThat(gateway.call("GET", "/actuator/prometheus", null, null).body())
                .contains("seedgate_vendor_stopped");
        assertThat(gateway.call("GET", "/actuator/env", null, null)).hasStatus(404);
    }
}
