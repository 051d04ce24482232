package dev.seedgate.operations.alert;

import static dev.seedgate.platform.values.ErrorCode.NOT_FOUND;
import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.operations.alert.Alerts.AlertCandidate;
import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.FakeVendor.Request;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Json;
import dev.seedgate.testing.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a person is told, once, and how it gets there. Every look is made by two replicas at once.
 */
class AlertRulesTests {

    private static final String SECRET = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private static Gateway gateway;
    private static FakeVendor receiver;

    @BeforeAll
    static void start() {
        receiver = FakeVendor.start().onEveryGenerate(FakeVendor.answer(200, "ok"));
        gateway =
                Gateway.start(
                        TestDatabase.create(),
                        FakeVendor.start(),
                        // It looks and sends when the test says so.
                        "seedgate.alert-interval=1h",
                        "seedgate.alert-webhook-interval=1h",
                        "seedgate.alert-webhook-url=" + receiver.baseUrl() + "/hook/api/generate",
                        "seedgate.alert-webhook-allow-internal=true",
                        "seedgate.alert-webhook-secret=whsec_" + SECRET,
                        "seedgate.alert-webhook-tries=3",
                        "seedgate.alert-uncertain-after=0s",
                        "seedgate.alert-vendor-balance-credits=1000",
                        "seedgate.ledger-check-interval=1h");
    }

    @AfterAll
    static void stop() {
        gateway.close();
        gateway.vendor().close();
        receiver.close();
    }

    @BeforeEach
    void forgetWhatIsToBeSent() {
        gateway.database().execute("update alert set due_at = null");
    }

    @Test
    void tellsOnceOfEachPartOfAQuota() throws Exception {
        Team team = gateway.team("monthly_quota", 130);
        look();
        assertThat(thresholds(team)).isEmpty();
        team.create("half of it");
        look();
        look();
        assertThat(thresholds(team)).containsExactly("50%");
        team.create("the other half");
        look();
        assertThat(thresholds(team)).containsExactly("100%", "50%");
        JsonNode alert = alerts("?team=" + team.slug()).get(0);
        assertThat(alert.get("text").stringValue())
                .startsWith(
                        "Team %s has used 100 %% of its monthly quota: 130 of 130 credits in "
                                .formatted(team.slug()));
        assertThat(alert).has("kind", "QUOTA").has("sandbox", false);
    }

    @Test
    void tellsOfAQuotaThatWasLoweredBelowWhatIsUsed() throws Exception {
        Team team = gateway.team("monthly_quota", 1000);
        team.create("a boat");
        look();
        assertThat(thresholds(team)).isEmpty();
        gateway.admin("PATCH", "/teams/" + team.slug(), Json.of("monthly_quota", 80));
        look();
        assertThat(thresholds(team)).as("crossed together").containsExactly("80%");
        gateway.admin("PATCH", "/teams/" + team.slug(), Json.of("monthly_quota", null));
        look();
        gateway.admin("PATCH", "/teams/" + team.slug(), Json.of("monthly_quota", 65));
        look();
        assertThat(thresholds(team)).containsExactly("100%", "80%");
        gateway.admin("PATCH", "/teams/" + team.slug(), Json.of("monthly_quota", 100));
        look();
        assertThat(thresholds(team)).as("told of more already").containsExactly("100%", "80%");
    }

    @Test
    void tellsOfALowPoolOnceUntilTheNextPurchase() throws Exception {
        Team team = gateway.team();
        team.upstreamId(team.create("a boat"));
        look();
        assertThat(alerts("?kind=POOL")).as("nobody recorded a purchase").isEmpty();
        long taken = gateway.admin("GET", "/vendor-balance", null).json().get("taken").asLong();
        purchase(taken + 1000, "first");
        look();
        assertThat(texts("?kind=POOL")).noneMatch(it -> it.contains("fewer than 1000"));
        purchase(-1, "correction");
        look();
        look();
        assertThat(texts("?kind=POOL"))
                .filteredOn(it -> it.contains("are left"))
                .containsExactly("999 credits are left at seedance by our count, fewer than 1000.");
        purchase(500, "second");
        look();
        purchase(-500, "correction of it");
        look();
        look();
        assertThat(texts("?kind=POOL")).filteredOn(it -> it.contains("fewer than 1000")).hasSize(2);
    }

    @Test
    void tellsOfADayOnWhichThePoolRunsDry() throws Exception {
        Team team = gateway.team();
        team.upstreamId(team.create("a boat"));
        purchase(10_000, "for dry days");
        JsonNode pool = gateway.admin("GET", "/vendor-balance", null).json();
        long burn = pool.at("/burn_per_day/last_7_days").asLong();
        purchase(burn * 9 - pool.get("balance").asLong(), "nine days are left");
        look();
        look();
        assertThat(alerts("?kind=POOL&limit=1").get(0).get("threshold").stringValue())
                .isEqualTo("14 days");
        assertThat(texts("?kind=POOL&limit=1").getFirst()).contains(", in 9 days: within the 14 ");
        assertThat(receiverHeardOf("in 9 days")).isEqualTo(1);
        purchase(1, "another period");
        purchase(
                burn * 2
                        - gateway.admin("GET", "/vendor-balance", null)
                                .json()
                                .get("balance")
                                .asLong(),
                "two days are left");
        look();
        assertThat(texts("?kind=POOL&limit=10"))
                .filteredOn(it -> it.contains("in 2 days"))
                .doesNotHaveDuplicates()
                .anyMatch(it -> it.contains("within the 14 that"))
                .anyMatch(it -> it.contains("within the 3 that"));
    }

    @Test
    void letsAnAlertOfDriftFollowTheDaysFigure() throws Exception {
        Team team = gateway.team();
        for (int credits : new int[] {66, 67, 165}) {
            String task = team.create("dear");
            gateway.vendor()
                    .finishCharging(team.upstreamId(task), credits, "https://x.example/y.mp4");
            team.await(task, "SUCCEEDED");
            look();
        }
        long differ =
                Long.parseLong(
                        gateway.database()
                                .text(
                                        "select sum(abs(upstream_credits - case phase when 'FAILED' then 0 else credits end)) from task where phase in ('SUCCEEDED', 'FAILED') and upstream_credits is not null"));
        assertThat(texts("?kind=DRIFT"))
                .filteredOn(it -> it.contains("/admin/api/reconciliation"))
                .isNotEmpty()
                .allMatch(it -> it.contains(differ + " apart"));
        assertThat(alerts("?kind=DRIFT"))
                .anyMatch(it -> it.get("threshold").asString().equals("100 credits at seedance"));
    }

    @Test
    void tellsOfBooksThatDontAddUpAndOfTheVendorsOtherFigures() throws Exception {
        gateway.database()
                .execute(
                        "insert into finding (rule, subject, detail, round) values ('in_flight_is_counted', '7', 'in flight 2, tasks 1', 1)");
        Team team = gateway.team();
        String dear = team.create("dear");
        gateway.vendor().finishCharging(team.upstreamId(dear), 100, "https://x.example/y.mp4");
        team.await(dear, "SUCCEEDED");
        look();
        look();
        gateway.database().execute("delete from finding");
        assertThat(texts("?kind=DRIFT"))
                .filteredOn(it -> it.contains("See /admin/api/"))
                .hasSize(2)
                .anyMatch(it -> it.contains("1 findings of in_flight_is_counted, for example 7: "))
                .anyMatch(it -> it.contains("for 1 tasks: ") && it.contains("35 apart, +35"));
    }

    @Test
    void tellsOfTasksThatNobodyKnowsOf() throws Exception {
        Team team = gateway.team();
        gateway.vendor().onGenerate(FakeVendor.reset());
        String task = team.create("lost");
        team.await(task, "UNCERTAIN");
        look();
        look();
        assertThat(texts("?kind=UNCERTAIN&team=" + team.slug()))
                .singleElement()
                .asString()
                .contains("1 tasks of team " + team.slug(), task);
    }

    @Test
    void saysSandboxWhenNobodyPays() throws Exception {
        raise("sandbox-subject", true);
        send();
        assertThat(heard("sandbox-subject")).has("/data/sandbox", true);
        assertThat(heard("sandbox-subject").get("text").stringValue()).startsWith("SANDBOX: ");
    }

    @Test
    void signsWhatItSends() throws Exception {
        raise("signed", false);
        send();
        Request request = request("signed");
        String id = request.headers().get("webhook-id");
        String timestamp = request.headers().get("webhook-timestamp");
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(Base64.getDecoder().decode(SECRET), "HmacSHA256"));
        byte[] expected =
                mac.doFinal(
                        (id + "." + timestamp + "." + request.body())
                                .getBytes(StandardCharsets.UTF_8));
        assertThat(request.headers().get("webhook-signature"))
                .isEqualTo("v1," + Base64.getEncoder().encodeToString(expected));
        assertThat(Instant.ofEpochSecond(Long.parseLong(timestamp)))
                .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(1));
        assertThat(request.headers().get("content-type")).startsWith("application/json");
        JsonNode alert = alert("signed");
        assertThat(alert).has("/delivery/message_id", id).hasValue("/delivery/delivered_at");
        JsonNode body = heard("signed");
        assertThat(body)
                .has("type", "alert.raised")
                .has("/data/id", alert.get("id").asLong())
                .has("/data/kind", "DRIFT");
    }

    @Test
    void triesAgainAfterAnErrorAndAfterADroppedConnectionUnderTheSameId() throws Exception {
        raise("tried thrice", false);
        receiver.onGenerate(
                FakeVendor.answer(500, "not\u0000 now"),
                FakeVendor.hangUp(),
                FakeVendor.error(204));
        Instant before = Instant.now();
        send();
        JsonNode once = alert("tried thrice").get("delivery");
        assertThat(once).has("attempts", 1).has("last_error", "HTTP 500 not now");
        assertThat(Instant.parse(once.get("next_try_at").stringValue()))
                .isAfter(before.plusSeconds(4));
        send();
        assertThat(alert("tried thrice"))
                .as("not before the back-off is over")
                .has("/delivery/attempts", 1);
        sendAll();
        JsonNode twice = alert("tried thrice").get("delivery");
        assertThat(twice).has("attempts", 2);
        assertThat(twice.get("last_error").stringValue()).isNotBlank();
        sendAll();
        JsonNode done = alert("tried thrice").get("delivery");
        assertThat(done).hasValue("delivered_at").hasNull("next_try_at").hasNull("last_error");
        List<Request> tries = requests("tried thrice");
        assertThat(tries).hasSize(3);
        assertThat(tries.stream().map(it -> it.headers().get("webhook-id")).distinct()).hasSize(1);
        assertThat(tries.stream().map(Request::body).distinct()).hasSize(1);
    }

    @Test
    void givesUpAfterSomeTriesAndCountsTheFailures() throws Exception {
        raise("taken at once", false);
        send();
        raise("given up", false);
        receiver.onGenerate(FakeVendor.error(500), FakeVendor.error(500), FakeVendor.error(410));
        for (int i = 0; i < 4; i++) {
            sendAll();
        }
        JsonNode delivery = alert("given up").get("delivery");
        assertThat(delivery).has("attempts", 3).hasNull("delivered_at").hasNull("next_try_at");
        assertThat(delivery.get("last_error").stringValue()).startsWith("HTTP 410");
        assertThat(requests("given up")).hasSize(3);
        assertThat(gateway.call("GET", "/actuator/prometheus", null, null).body())
                .contains(
                        "seedgate_alert_deliveries_total{outcome=\"failed\"}",
                        "seedgate_alert_deliveries_total{outcome=\"given_up\"}",
                        "seedgate_alert_deliveries_total{outcome=\"delivered\"}",
                        "seedgate_alerts_total{kind=\"DRIFT\"}");
    }

    @Test
    void sendsAgainWhatAReplicaTookAndNeverAnsweredFor() throws Exception {
        raise("left", false);
        gateway.database()
                .execute(
                        "update alert set attempts = 1, leased_until = gateway_now() + interval '1 hour' where subject = 'left'");
        send();
        assertThat(requests("left")).isEmpty();
        gateway.database()
                .execute("update alert set leased_until = gateway_now() where subject = 'left'");
        send();
        assertThat(requests("left")).hasSize(1);
    }

    @Test
    void sendsEachOnceThoughTwoReplicasSend() throws Exception {
        for (int i = 0; i < 20; i++) {
            raise("many " + i, false);
        }
        send();
        for (int i = 0; i < 20; i++) {
            assertThat(requests("many " + i)).hasSize(1);
        }
    }

    @Test
    void listsPagesFiltersAndAcknowledges() throws Exception {
        raise("first", false);
        raise("second", false);
        JsonNode page = gateway.admin("GET", "/alerts?kind=DRIFT&limit=1", null).json();
        assertThat(page).has("/items/0/subject", "second");
        String cursor = page.get("next_cursor").stringValue();
        JsonNode next =
                gateway.admin("GET", "/alerts?kind=DRIFT&limit=1&cursor=" + cursor, null).json();
        assertThat(next).has("/items/0/subject", "first");
        assertThat(alerts("?from=2100-01-01")).isEmpty();
        assertThat(alerts("?to=2020-01-01T00:00:00Z")).isEmpty();
        assertThat(alerts("?team=nobody")).isEmpty();
        for (String bad : List.of("?kind=X", "?cursor=x", "?limit=0", "?from=x")) {
            assertThat(gateway.admin("GET", "/alerts" + bad, null)).hasStatus(400);
        }
        String path = "/alerts/" + page.at("/items/0/id").asLong() + "/acknowledge";
        Answer seen = gateway.admin("POST", path, Json.of("reason", "on it"));
        assertThat(seen).hasStatus(200);
        assertThat(seen.json()).has("acknowledged_by", "admin:bootstrap");
        Answer again = gateway.admin("POST", path, null);
        assertThat(again.json()).has("acknowledged_at", seen.json().get("acknowledged_at"));
        assertThat(
                        gateway.admin("GET", "/audit?action=alert.acknowledge", null)
                                .json()
                                .get("items"))
                .hasSize(1);
        assertThat(gateway.admin("POST", "/alerts/0/acknowledge", null)).hasError(NOT_FOUND);
    }

    private static void look() throws Exception {
        twice(() -> gateway.bean(AlertRules.class).evaluate());
    }

    private static void send() throws Exception {
        twice(() -> gateway.bean(AlertDelivery.class).deliverDue());
    }

    /** What waits for its next try does so no longer. */
    private static void sendAll() throws Exception {
        gateway.database()
                .execute("update alert set due_at = gateway_now() where due_at is not null");
        send();
    }

    private static void twice(Runnable step) throws Exception {
        try (ExecutorService replicas = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> one = replicas.submit(step);
            Future<?> other = replicas.submit(step);
            one.get();
            other.get();
        }
    }

    private static void raise(String subject, boolean sandbox) {
        gateway.bean(Alerts.class)
                .raise(
                        new AlertCandidate(
                                AlertKind.DRIFT, subject, null, "1", "2026-11", sandbox, "text"));
    }

    private static void purchase(long credits, String key) {
        Answer answer =
                gateway.admin(
                        "POST",
                        "/vendor-balance/purchases",
                        Json.of("credits", credits, "reason", "test"),
                        "Idempotency-Key",
                        key.replace(' ', '-'));
        assertThat(answer).hasStatus(201);
    }

    private static List<String> thresholds(Team team) {
        return alerts("?kind=QUOTA&team=" + team.slug()).stream()
                .map(it -> it.get("threshold").stringValue())
                .toList();
    }

    private static List<String> texts(String query) {
        return alerts(query).stream().map(it -> it.get("text").stringValue()).toList();
    }

    private static JsonNode alert(String subject) {
        return alerts("?limit=200").stream()
                .filter(it -> it.get("subject").stringValue().equals(subject))
                .findFirst()
                .orElseThrow();
    }

    private static List<JsonNode> alerts(String query) {
        List<JsonNode> items = new ArrayList<>();
        gateway.admin("GET", "/alerts" + query, null).json().get("items").forEach(items::add);
        return items;
    }

    private static long receiverHeardOf(String text) throws Exception {
        send();
        return receiver.generates().stream().filter(it -> it.body().contains(text)).count();
    }

    private static List<Request> requests(String subject) {
        return receiver.generates().stream()
                .filter(it -> it.body().contains("\"subject\":\"" + subject + "\""))
                .toList();
    }

    private static Request request(String subject) {
        return requests(subject).getFirst();
    }

    private static JsonNode heard(String subject) {
        return JsonMapper.shared().readTree(request(subject).body());
    }
}
