package dev.seedgate.operations.webhook;

import static dev.seedgate.platform.values.ErrorCode.CALLBACK_NOT_ALLOWED;
import static dev.seedgate.platform.values.ErrorCode.INVALID_REQUEST;
import static dev.seedgate.platform.values.ErrorCode.NOT_FOUND;
import static dev.seedgate.platform.values.ErrorCode.TOO_MANY_WEBHOOKS;
import static dev.seedgate.platform.values.ErrorCode.WEBHOOK_EXISTS;
import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import dev.seedgate.operations.alert.Alerts;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.task.lifecycle.Phase;
import dev.seedgate.task.lifecycle.TaskEnd;
import dev.seedgate.task.view.TaskDocuments;
import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.FakeVendor.Request;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Json;
import dev.seedgate.testing.PlannedConnection;
import dev.seedgate.testing.TestDatabase;
import dev.seedgate.vendor.client.Vendor;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Teams are told of their tasks' ends, by the standard, at least once, and nobody else is. */
class WebhookTests {

    private static final JsonMapper JSON = JsonMapper.shared();

    /** The begin of a task's id. */
    private static final String TASK = "sd15p_0000000000000000";

    private static Gateway gateway;
    private static Duration ahead = Duration.ZERO;

    private FakeVendor receiver;

    @BeforeAll
    static void start() {
        gateway =
                Gateway.start(
                        TestDatabase.create(),
                        FakeVendor.start(),
                        "seedgate.webhooks-interval=200ms",
                        "seedgate.webhooks-allow-internal=true",
                        "seedgate.webhooks-per-team=3",
                        "seedgate.webhooks-max-concurrent=8",
                        "seedgate.webhooks-timeout=30s");
    }

    @AfterAll
    static void stop() {
        gateway.close();
        gateway.vendor().close();
    }

    @BeforeEach
    void receive() {
        receiver = receiver();
    }

    @AfterEach
    void leave() {
        receiver.close();
    }

    @Test
    void tellsOfASuccessSignedByTheStandard() throws Exception {
        Team team = gateway.team();
        JsonNode endpoint = endpoint(team, receiver);
        assertThat(endpoint.get("secret").stringValue()).startsWith("whsec_");
        String task = succeeded(team);
        Request heard = heard(receiver, 1).getFirst();
        verify(endpoint.get("secret").stringValue(), heard);
        assertThatThrownBy(() -> verify("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", heard))
                .isInstanceOf(WebhookVerificationException.class);
        assertThat(heard.headers())
                .containsEntry("webhook-id", task + ".task.succeeded")
                .containsEntry("content-type", "application/json; charset=UTF-8");
        JsonNode body = JSON.readTree(heard.body());
        assertThat(body.propertyNames()).containsExactly("type", "timestamp", "data", "sequence");
        assertThat(body).has("type", "task.succeeded").has("sequence", 4);
        assertThat(Instant.parse(body.get("timestamp").stringValue())).isNotNull();
        assertThat(body.get("data")).isEqualTo(team.get("/api/tasks/" + task).data());
    }

    /** The standard's library in another language; it is there where the build has put it. */
    @Test
    void isBelievedByPython() throws Exception {
        String python = System.getenv().getOrDefault("SEEDGATE_TEST_PYTHON", "python3");
        assumeThat(run(python, List.of("import standardwebhooks"))).isZero();
        Team team = gateway.team();
        String secret = endpoint(team, receiver).get("secret").stringValue();
        succeeded(team);
        Request heard = heard(receiver, 1).getFirst();
        String script =
                """
                import sys, standardwebhooks
                secret, id, timestamp, signature, body = sys.argv[1:]
                headers = {"webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature}
                standardwebhooks.Webhook(secret).verify(body, headers)
                """;
        List<String> headers =
                List.of(
                        header(heard, "webhook-id"),
                        header(heard, "webhook-timestamp"),
                        header(heard, "webhook-signature"));
        for (String body : List.of(heard.body(), "{}")) {
            List<String> arguments = new ArrayList<>(List.of(script, secret));
            arguments.addAll(headers);
            arguments.add(body);
            assertThat(run(python, arguments) == 0).isEqualTo(body.equals(heard.body()));
        }
    }

    @Test
    void tellsOnlyOfWhatIsWanted() {
        Team team = gateway.team();
        FakeVendor failures = receiver();
        endpoint(team, failures, "task.failed");
        endpoint(team, receiver, "task.succeeded", "task.failed");
        succeeded(team);
        String failed = team.create("a raft");
        gateway.vendor().fail(team.upstreamId(failed), "no");
        team.await(failed, "FAILED");
        heard(receiver, 2);
        Request heard = heard(failures, 1).getFirst();
        JsonNode body = JSON.readTree(heard.body());
        assertThat(body).has("type", "task.failed").has("/data/task_id", failed);
        assertThat(body).has("/data/status", "FAILED").has("/data/consumed_credits", 0);
    }

    @Test
    void triesAgainWithTheSameIdAndBody() {
        Team team = gateway.team();
        JsonNode endpoint = endpoint(team, receiver);
        receiver.onGenerate(
                FakeVendor.error(500),
                FakeVendor.hangUp(),
                FakeVendor.redirect(receiver.baseUrl() + "/elsewhere"));
        String task = succeeded(team);
        heard(receiver, 1);
        assertThat(delivery(team, endpoint, it -> it.get("attempts").asInt() == 1))
                .hasNull("delivered_at")
                .hasValue("next_try_at");
        // What is written about the task afterwards changes no message that was made.
        gateway.database()
                .execute(
                        "insert into task_event (task_id, team_id, phase, attempt, note) select id, team_id, phase, 1, 'late' from task where id = '%s'"
                                .formatted(task));
        pass(Duration.ofSeconds(6));
        heard(receiver, 2);
        delivery(team, endpoint, it -> it.get("tries").size() == 2);
        pass(Duration.ofSeconds(50));
        pass(Duration.ofSeconds(20));
        heard(receiver, 3);
        delivery(team, endpoint, it -> it.get("tries").size() == 3);
        pass(Duration.ofMinutes(6));
        List<Request> heard = heard(receiver, 4);
        assertThat(heard).extracting(Request::body).containsOnly(heard.getFirst().body());
        assertThat(heard)
                .extracting(it -> it.headers().get("webhook-id"))
                .containsOnly(task + ".task.succeeded");
        assertThat(receiver.requests()).as("no redirect is followed").hasSize(4);
        JsonNode log = delivery(team, endpoint, it -> it.hasNonNull("delivered_at"));
        assertThat(log)
                .hasNull("next_try_at")
                .has("attempts", 4)
                .has("message_id", task + ".task.succeeded");
        assertThat(log.at("/tries/0")).has("status", 500).mentions("error", "HTTP 500");
        assertThat(log.at("/tries/1")).hasNull("status").has("answer", "");
        assertThat(log.at("/tries/2")).has("status", 302);
        assertThat(log.at("/tries/3")).has("status", 200).has("answer", "ok").hasNull("error");
    }

    @Test
    void sendsNothingMoreToWhatIsGoneUntilItTakesATest() {
        Team team = gateway.team();
        JsonNode endpoint = endpoint(team, receiver);
        receiver.onEveryGenerate(FakeVendor.error(410));
        succeeded(team);
        JsonNode disabled = endpoint(team, endpoint, it -> it.hasNonNull("disabled_at"));
        assertThat(disabled.get("disabled_reason").stringValue()).contains("410");
        succeeded(team);
        pass(Duration.ofHours(1));
        assertThat(post(team, endpoint, "/test")).hasStatus(202);
        // The test came after the other end, of which nothing was to be told.
        assertThat(types(heard(receiver, 2))).containsExactly("task.succeeded", "webhook.test");
        delivery(team, endpoint, it -> it.get("type").stringValue().equals("webhook.test"));
        assertThat(deliveries(team, endpoint))
                .allSatisfy(it -> assertThat(it).hasNull("next_try_at"));
        receiver.onEveryGenerate(FakeVendor.answer(200, "ok"));
        assertThat(post(team, endpoint, "/test")).hasStatus(202);
        endpoint(team, endpoint, it -> !it.hasNonNull("disabled_at"));
        succeeded(team);
        assertThat(types(heard(receiver, 4))).endsWith("webhook.test", "task.succeeded");
    }

    @Test
    void disablesWhatFailsForFiveDaysAndRaisesAnAlert() {
        Team team = gateway.team();
        JsonNode endpoint = endpoint(team, receiver);
        receiver.onEveryGenerate(FakeVendor.error(500));
        succeeded(team);
        endpoint(team, endpoint, it -> it.hasNonNull("failing_since"));
        pass(Duration.ofDays(4));
        delivery(team, endpoint, it -> it.get("tries").size() == 2);
        succeeded(team);
        heard(receiver, 3);
        assertThat(endpoint(team, endpoint, _ -> true)).hasNull("disabled_at");
        pass(Duration.ofHours(25));
        JsonNode disabled = endpoint(team, endpoint, it -> it.hasNonNull("disabled_at"));
        assertThat(disabled.get("disabled_reason").stringValue())
                .startsWith("nothing could be delivered since ");
        assertThat(deliveries(team, endpoint))
                .allSatisfy(it -> assertThat(it).hasNull("next_try_at"));
        JsonNode alert =
                gateway.admin("GET", "/alerts?kind=WEBHOOK&team=" + team.slug(), null)
                        .json()
                        .at("/items/0");
        assertThat(alert)
                .has("subject", "webhook:" + endpoint.get("id").asLong())
                .mentions("text", "127.0.0.1", "is disabled");
        assertThat(alert.get("text").stringValue()).doesNotContain("/hook");
    }

    @Test
    void letsASlowOneDelayNoOther() {
        Team slow = gateway.team();
        Team other = gateway.team();
        FakeVendor stalling = FakeVendor.start();
        stalling.onEveryGenerate(stalling.stall());
        JsonNode endpoint = endpoint(slow, stalling);
        for (int i = 0; i < 12; i++) {
            assertThat(post(slow, endpoint, "/test")).hasStatus(202);
        }
        heard(stalling, WebhookOutbox.AT_ONCE);
        JsonNode quick = endpoint(other, receiver);
        for (int i = 0; i < 12; i++) {
            post(other, quick, "/test");
        }
        heard(receiver, 12);
        assertThat(stalling.generates()).hasSize(WebhookOutbox.AT_ONCE);
        stalling.close();
        endpointCall("DELETE", slow, endpoint);
    }

    @Test
    void claimsNoMoreForAnEndpointThanItMayHaveUnderWay() {
        TestDatabase database = TestDatabase.create();
        database.execute(
                "insert into webhook_endpoint (team_id, url, events, secret) select 1, 'https://x.example/' || i, '{}', 'x' from generate_series(1, 3) i");
        database.execute(
                "insert into webhook_delivery (endpoint_id, team_id, message_id, type) select e, 1, i::text, 'webhook.test' from generate_series(1, 3) e, generate_series(1, 10) i");
        assertThat(claim(database, 4).stream().map(PendingDelivery::endpoint).distinct())
                .as("each its first before any its second")
                .hasSize(3);
        assertThat(claim(database, 100)).hasSize(8);
        assertThat(claim(database, 100)).isEmpty();
        database.execute(
                "update webhook_delivery set leased_until = gateway_now() where endpoint_id = 1 and leased_until is not null");
        assertThat(claim(database, 100)).as("of a replica that died").hasSize(4);
    }

    /** As a gateway on this database would, which nobody had to start. */
    private static List<PendingDelivery> claim(TestDatabase database, int most) {
        WebhookOutbox outbox =
                new WebhookOutbox(
                        JdbcClient.create(database.dataSource()),
                        gateway.bean(TaskDocuments.class),
                        gateway.bean(SecretCipher.class),
                        gateway.bean(Alerts.class),
                        gateway.bean(Vendor.class),
                        gateway.bean(WebhookSettings.class),
                        JSON,
                        new SimpleMeterRegistry());
        return new TransactionTemplate(new DataSourceTransactionManager(database.dataSource()))
                .execute(_ -> outbox.claim(most));
    }

    /** A replica ends between the commit of a task's end and its delivery, or within one. */
    @Test
    void deliversWhatAReplicaThatDiedHadLeft() throws Exception {
        receiver.onEveryGenerate(FakeVendor.error(503));
        Team team = gateway.team();
        JsonNode endpoint = endpoint(team, receiver);
        String task = succeeded(team);
        delivery(team, endpoint, it -> it.get("tries").size() == 1);
        // As it is left behind: claimed, and nobody there who will tell what came of it.
        gateway.database()
                .execute(
                        "update webhook_delivery set attempts = attempts + 1, due_at = gateway_now(), leased_until = gateway_now() + interval '60 seconds' where endpoint_id = "
                                + endpoint.get("id").asLong());
        receiver.onEveryGenerate(FakeVendor.answer(204, ""));
        gateway.bean(WebhookDelivery.class).deliverDue();
        assertThat(receiver.generates()).as("still leased").hasSize(1);
        pass(Duration.ofSeconds(61));
        List<Request> heard = heard(receiver, 2);
        assertThat(heard).extracting(Request::body).containsOnly(heard.getFirst().body());
        assertThat(heard.getLast().headers().get("webhook-id")).isEqualTo(task + ".task.succeeded");
        verify(endpoint.get("secret").stringValue(), heard.getLast());
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "localhost", "[::1]", "169.254.169.254", "0x7f000001"})
    void connectsToNothingInside(String host) {
        Gateway careful = Gateway.shared();
        Team team = careful.team();
        String url = receiver.baseUrl().replace("127.0.0.1", host) + "/hook/api/generate";
        assertThat(create(team, url)).as("no TLS").hasError(INVALID_REQUEST);
        Answer made = create(team, url.replace("http:", "https:"));
        assertThat(made).hasStatus(201);
        assertThat(post(team, made.data(), "/test")).hasStatus(202);
        JsonNode log = delivery(team, made.data(), it -> it.get("tries").size() == 1);
        assertThat(log.at("/tries/0")).hasNull("status");
        assertThat(log.at("/tries/0/error").stringValue())
                .containsAnyOf("SEEDGATE_WEBHOOKS_ALLOW_INTERNAL", host);
        assertThat(receiver.connections()).isZero();
    }

    @Test
    void keepsNoSecretInPlainText() {
        Team team = gateway.team();
        JsonNode made = endpoint(team, receiver);
        String secret = made.get("secret").stringValue();
        String rotated = post(team, made, "/rotate").data().get("secret").stringValue();
        assertThat(rotated).isNotEqualTo(secret);
        for (String table : List.of("webhook_endpoint", "webhook_delivery", "audit_entry")) {
            String all =
                    String.join(
                            "\n",
                            gateway.database()
                                    .rows(
                                            "select %1$s::text || coalesce(encode(%2$s, 'escape'), '') from %1$s"
                                                    .formatted(
                                                            table,
                                                            table.equals("webhook_endpoint")
                                                                    ? "secret"
                                                                    : "null")));
            for (String each : List.of(secret, rotated)) {
                assertThat(all).doesNotContain(each.substring("whsec_".length()));
            }
        }
        assertThat(team.get("/api/webhooks/" + made.get("id").asLong()).data().has("secret"))
                .isFalse();
        assertThat(team.get("/api/webhooks").body()).doesNotContain("whsec_");
    }

    @Test
    void signsWithBothWhileARotationOverlaps() throws Exception {
        Team team = gateway.team();
        JsonNode made = endpoint(team, receiver);
        String old = made.get("secret").stringValue();
        JsonNode rotated = post(team, made, "/rotate").data();
        assertThat(rotated).hasValue("old_secret_until");
        String present = rotated.get("secret").stringValue();
        post(team, made, "/test");
        Request both = heard(receiver, 1).getFirst();
        verify(old, both);
        verify(present, both);
        pass(Duration.ofHours(25));
        gateway.bean(WebhookRetention.class).renewSecrets();
        post(team, made, "/test");
        Request one = heard(receiver, 2).getLast();
        verify(present, one);
        assertThatThrownBy(() -> verify(old, one)).isInstanceOf(WebhookVerificationException.class);
        assertThat(endpoint(team, made, _ -> true)).hasNull("old_secret_until");
    }

    @Test
    void deliversAgainOnDemandWithTheSameIdAndBody() {
        Team team = gateway.team();
        JsonNode endpoint = endpoint(team, receiver);
        succeeded(team);
        JsonNode delivery = delivery(team, endpoint, it -> it.hasNonNull("delivered_at"));
        Answer again = redeliver(team, delivery);
        assertThat(again).hasStatus(202);
        List<Request> heard = heard(receiver, 2);
        assertThat(heard.getLast().body()).isEqualTo(heard.getFirst().body());
        assertThat(heard.getLast().headers().get("webhook-id"))
                .isEqualTo(heard.getFirst().headers().get("webhook-id"));
        assertThat(delivery(team, endpoint, it -> it.get("tries").size() == 2))
                .hasValue("delivered_at");
    }

    @Test
    void showsTheFirstKilobyteOfAnAnswer() {
        Team team = gateway.team();
        JsonNode endpoint = endpoint(team, receiver);
        receiver.onGenerate(FakeVendor.answer(500, "a\u0000" + "x".repeat(5000)));
        post(team, endpoint, "/test");
        JsonNode log = delivery(team, endpoint, it -> it.get("tries").size() == 1);
        assertThat(log.at("/tries/0/answer").stringValue()).isEqualTo("a " + "x".repeat(1022));
        assertThat(log.at("/tries/0/latency_ms").asLong()).isBetween(0L, 30_000L);
    }

    @Test
    void letsNobodyIntoAnotherTeamsEndpoints() {
        Team owner = gateway.team();
        JsonNode endpoint = endpoint(owner, receiver);
        succeeded(owner);
        JsonNode delivery = delivery(owner, endpoint, it -> it.hasNonNull("delivered_at"));
        Team other = gateway.team();
        for (String call : List.of("/rotate", "/test")) {
            assertThat(post(other, endpoint, call)).hasError(NOT_FOUND);
        }
        assertThat(endpointCall("GET", other, endpoint)).hasError(NOT_FOUND);
        assertThat(endpointCall("DELETE", other, endpoint)).hasError(NOT_FOUND);
        assertThat(other.get("/api/webhooks/" + endpoint.get("id").asLong() + "/deliveries"))
                .hasError(NOT_FOUND);
        assertThat(redeliver(other, delivery)).hasError(NOT_FOUND);
        assertThat(other.get("/api/webhooks").data().get("items")).isEmpty();
        assertThat(
                        gateway.admin(
                                "DELETE",
                                "/teams/"
                                        + other.slug()
                                        + "/webhooks/"
                                        + endpoint.get("id").asLong(),
                                null))
                .hasError(NOT_FOUND);
        assertThat(endpointCall("GET", owner, endpoint)).hasStatus(200);
    }

    @Test
    void takesAUrlOnceAndNoMoreThanATeamMayHave() {
        Team team = gateway.team();
        String url = "https://hooks.example/";
        assertThat(create(team, url + "1")).hasStatus(201);
        assertThat(create(team, url + "1")).hasError(WEBHOOK_EXISTS);
        assertThat(create(gateway.team(), url + "1")).hasStatus(201);
        assertThat(create(team, url + "2")).hasStatus(201);
        Answer last = create(team, url + "3");
        assertThat(last).hasStatus(201);
        assertThat(create(team, url + "4")).hasError(TOO_MANY_WEBHOOKS);
        assertThat(endpointCall("DELETE", team, last.data())).hasStatus(204);
        assertThat(endpointCall("GET", team, last.data())).hasError(NOT_FOUND);
        assertThat(create(team, url + "4")).hasStatus(201);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "hooks.example/x",
                "ftp://hooks.example/x",
                "https:///x",
                "https://me@hooks.example/",
                "https://hooks example/",
                "https://hooks.example/#x",
                "javascript:alert(1)"
            })
    void refusesAUrlThatIsNone(String url) {
        assertThat(create(gateway.team(), url)).hasError(INVALID_REQUEST);
    }

    @Test
    void refusesEventsThatThereAreNot() {
        Team team = gateway.team();
        for (Object events :
                List.of(List.of(), List.of("task.updated"), List.of(1), "task.failed")) {
            assertThat(
                            gateway.call(
                                    "POST",
                                    "/api/webhooks",
                                    team.key(),
                                    Json.of("url", "https://hooks.example/", "events", events)))
                    .hasError(INVALID_REQUEST);
        }
    }

    @Test
    void writesDownWhoMadeRotatedAndRemovedIt() {
        Team team = gateway.team();
        JsonNode mine = endpoint(team, receiver);
        post(team, mine, "/rotate");
        String path = "/teams/" + team.slug() + "/webhooks";
        JsonNode seen = gateway.admin("GET", path, null).json().at("/items/0");
        assertThat(seen).has("url", receiver.baseUrl() + "/…").has("id", mine.get("id").asLong());
        assertThat(gateway.admin("DELETE", path + "/" + mine.get("id").asLong(), null))
                .hasStatus(204);
        JsonNode audit =
                gateway.admin("GET", "/audit?object=webhook:" + mine.get("id").asLong(), null)
                        .json()
                        .get("items");
        assertThat(audit.findValuesAsString("action"))
                .containsExactly("webhook.delete", "webhook.rotate", "webhook.create");
        assertThat(audit.get(0)).has("actor", "admin:bootstrap").hasNull("after");
        assertThat(audit.get(2).get("actor").stringValue()).startsWith("key:");
        assertThat(audit.toString()).doesNotContain("/hook");
    }

    @Test
    void tellsTheUrlThatCameWithACreateIfItsHostIsListed() throws Exception {
        Team team = gateway.team();
        String url = url(receiver);
        assertThat(team.generate("a boat", "X-Callback-Url", url))
                .hasError(CALLBACK_NOT_ALLOWED)
                .says("no list of hosts");
        hosts(team, "hooks.example");
        assertThat(team.generate("a boat", "X-Callback-Url", url))
                .hasError(CALLBACK_NOT_ALLOWED)
                .says("127.0.0.1");
        for (String bad :
                List.of(
                        "hooks.example",
                        "https://me@hooks.example/",
                        "https://hooks.example/" + "x".repeat(2048))) {
            assertThat(team.generate("a boat", "X-Callback-Url", bad)).hasError(INVALID_REQUEST);
        }
        assertThat(team.get("/api/tasks").data().get("items")).as("nothing was ordered").isEmpty();
        assertThat(team.credits()).has("used", 0);
        hosts(team, "hooks.example", "127.0.0.1");
        JsonNode callbacks = team.get("/api/webhooks").data().at("/items/0");
        assertThat(callbacks).hasNull("url").has("/hosts/0", "127.0.0.1");
        String secret = post(team, callbacks, "/rotate").data().get("secret").stringValue();
        Answer created = team.generate("a boat", "X-Callback-Url", url, "Idempotency-Key", "one");
        String task = created.data().get("task_id").stringValue();
        assertThat(team.generate("a boat", "X-Callback-Url", url, "Idempotency-Key", "one"))
                .hasHeader("Idempotent-Replayed", "true");
        finish(team, task);
        succeeded(team);
        Request heard = heard(receiver, 1).getFirst();
        verify(secret, heard);
        assertThat(JSON.readTree(heard.body())).has("/data/task_id", task);
        JsonNode log = delivery(team, callbacks, it -> it.hasNonNull("delivered_at"));
        assertThat(log).has("url", url);
        assertThat(
                        gateway.database()
                                .text(
                                        "select count(*) from webhook_callback where task_id = '%s'"
                                                .formatted(task)))
                .isEqualTo("0");
        hosts(team);
        assertThat(team.generate("a boat", "X-Callback-Url", url)).hasError(CALLBACK_NOT_ALLOWED);
        assertThat(receiver.generates()).hasSize(1);
    }

    /** Tasks of several teams that end together, with and without a callback. */
    @Test
    void tellsOfEachTaskOfAGroupWhoWantsIt() {
        TestDatabase database = TestDatabase.create();
        database.execute(
                """
                insert into webhook_endpoint (id, team_id, url, hosts, events, secret, disabled_at)
                overriding system value values
                    (1, 1, 'https://all.example', null, '{task.succeeded,task.failed}', 'x', null),
                    (2, 1, 'https://failed.example', null, '{task.failed}', 'x', null),
                    (3, 1, 'https://off.example', null, '{task.succeeded,task.failed}', 'x', now()),
                    (4, 1, null, '{cb.example}', '{task.succeeded,task.failed}', 'x', null),
                    (5, 2, null, '{cb.example}', '{task.succeeded,task.failed}', 'x', null);
                insert into webhook_callback (task_id, endpoint_id, url) values
                    ('%1$sb', 4, 'https://cb.example/b'), ('%1$sc', 5, 'https://cb.example/c'),
                    ('%1$sz', 5, 'https://cb.example/z')
                """
                        .formatted(TASK));
        events(JdbcClient.create(database.dataSource()))
                .ended(
                        List.of(
                                end("a", 1, Phase.SUCCEEDED),
                                end("b", 1, Phase.FAILED),
                                end("c", 2, Phase.SUCCEEDED),
                                end("d", 3, Phase.SUCCEEDED)));
        assertThat(
                        database.rows(
                                """
                                select concat_ws(' ', endpoint_id, team_id, right(task_id, 1), type,
                                    message_id = task_id || '.' || type, url)
                                from webhook_delivery order by 1
                                """))
                .containsExactly(
                        "1 1 a task.succeeded t",
                        "1 1 b task.failed t",
                        "2 1 b task.failed t",
                        "4 1 b task.failed t https://cb.example/b",
                        "5 2 c task.succeeded t https://cb.example/c");
        assertThat(database.rows("select right(task_id, 1) from webhook_callback"))
                .containsExactly("z");
    }

    /** Planned on a new gateway, where nobody has asked for any yet. */
    @Test
    void readsNoCallbackOfATaskThatGoesOn() {
        TestDatabase database = TestDatabase.create();
        database.execute(
                "alter table webhook_callback set (autovacuum_enabled = off); alter table webhook_endpoint set (autovacuum_enabled = off)");
        try (PlannedConnection connection = new PlannedConnection(database)) {
            WebhookEvents events = events(connection.jdbc());
            List<TaskEnd> ends =
                    List.of(end("a", 1, Phase.SUCCEEDED), end("b", 2, Phase.SUCCEEDED));
            connection.rowsRead(() -> events.ended(ends));
            database.execute(
                    """
                    insert into webhook_callback (task_id, endpoint_id, url)
                    select '%1$s' || n, 1, 'https://cb.example' from generate_series(1, 20000) n;
                    insert into webhook_callback (task_id, endpoint_id, url)
                    values ('%1$sa', 1, 'https://cb.example');
                    insert into webhook_endpoint (team_id, url, events, secret)
                    select n / 3, 'https://x.example/' || n, '{}', 'x' from generate_series(1, 3000) n
                    """
                            .formatted(TASK));
            assertThat(connection.rowsRead(() -> events.ended(ends))).isBetween(1L, 20L);
            assertThat(database.text("select count(*) from webhook_delivery")).isEqualTo("1");
        }
    }

    private static TaskEnd end(String task, long team, Phase phase) {
        return new TaskEnd(new TaskId(TASK + task), team, phase);
    }

    /** As a gateway on another database has them. */
    private static WebhookEvents events(JdbcClient jdbc) {
        return new WebhookEvents(
                jdbc, gateway.bean(WebhookDelivery.class), gateway.bean(Endpoints.class));
    }

    /** What is gone at one URL says nothing of the others. */
    @Test
    void disablesNoCallbacks() {
        Team team = gateway.team();
        hosts(team, "127.0.0.1");
        JsonNode callbacks = team.get("/api/webhooks").data().at("/items/0");
        assertThat(post(team, callbacks, "/test")).hasError(INVALID_REQUEST);
        receiver.onGenerate(FakeVendor.error(410));
        for (int i = 1; i <= 2; i++) {
            finish(
                    team,
                    team.generate("a boat", "X-Callback-Url", url(receiver))
                            .data()
                            .get("task_id")
                            .stringValue());
            heard(receiver, i);
        }
        delivery(team, callbacks, it -> it.hasNonNull("delivered_at"));
        assertThat(deliveries(team, callbacks))
                .hasSize(2)
                .allSatisfy(it -> assertThat(it).hasNull("next_try_at"));
        assertThat(endpoint(team, callbacks, _ -> true)).hasNull("disabled_at");
    }

    @Test
    void keepsNoMessageLongerThanTheTeamsPrompts() {
        Team team = gateway.team("prompt_retention_days", 1);
        JsonNode endpoint = endpoint(team, receiver);
        receiver.onGenerate(FakeVendor.error(500));
        succeeded(team);
        delivery(team, endpoint, it -> it.get("tries").size() == 1);
        Team other = gateway.team();
        JsonNode kept = endpoint(other, receiver);
        succeeded(other);
        delivery(other, kept, it -> it.hasNonNull("delivered_at"));
        ahead = ahead.plus(Duration.ofDays(2));
        gateway.database().shiftTime(ahead);
        while (gateway.bean(WebhookRetention.class).sweep()) {
            // Until nothing is left to do.
        }
        assertThat(deliveries(team, endpoint)).isEmpty();
        assertThat(deliveries(other, kept)).hasSize(1);
        pass(Duration.ofDays(31));
        while (gateway.bean(WebhookRetention.class).sweep()) {
            // Until nothing is left to do.
        }
        assertThat(deliveries(other, kept)).isEmpty();
    }

    private static FakeVendor receiver() {
        return FakeVendor.start().onEveryGenerate(FakeVendor.answer(200, "ok"));
    }

    private static String url(FakeVendor receiver) {
        return receiver.baseUrl() + "/hook/api/generate";
    }

    private static Answer create(Team team, String url) {
        return team.gateway().call("POST", "/api/webhooks", team.key(), Json.of("url", url));
    }

    private static JsonNode endpoint(Team team, FakeVendor receiver, String... events) {
        String request =
                events.length == 0
                        ? Json.of("url", url(receiver))
                        : Json.of("url", url(receiver), "events", List.of(events));
        Answer made = team.gateway().call("POST", "/api/webhooks", team.key(), request);
        assertThat(made).hasStatus(201);
        return made.data();
    }

    private static Answer endpointCall(String method, Team team, JsonNode endpoint) {
        return team.gateway()
                .call(method, "/api/webhooks/" + endpoint.get("id").asLong(), team.key(), null);
    }

    private static Answer post(Team team, JsonNode endpoint, String call) {
        return team.gateway()
                .call(
                        "POST",
                        "/api/webhooks/" + endpoint.get("id").asLong() + call,
                        team.key(),
                        null);
    }

    private static Answer redeliver(Team team, JsonNode delivery) {
        return team.gateway()
                .call(
                        "POST",
                        "/api/webhooks/deliveries/" + delivery.get("id").asLong() + "/redeliver",
                        team.key(),
                        null);
    }

    private static void hosts(Team team, String... hosts) {
        assertThat(
                        team.gateway()
                                .admin(
                                        "PUT",
                                        "/teams/" + team.slug() + "/callback-hosts",
                                        Json.of("hosts", List.of(hosts))))
                .hasStatus(200);
    }

    /** A task that has succeeded. */
    private static String succeeded(Team team) {
        String task = team.create("a boat");
        finish(team, task);
        return task;
    }

    private static void finish(Team team, String task) {
        team.gateway().vendor().finish(team.upstreamId(task), "https://cdn.example.com/a.mp4");
        team.await(task, "SUCCEEDED");
    }

    /** The first so many requests. */
    private static List<Request> heard(FakeVendor receiver, int count) {
        return Awaitility.await("requests").until(receiver::generates, it -> it.size() >= count);
    }

    private static List<String> types(List<Request> requests) {
        return requests.stream()
                .map(it -> JSON.readTree(it.body()).get("type").stringValue())
                .toList();
    }

    private static JsonNode endpoint(Team team, JsonNode endpoint, Predicate<JsonNode> reached) {
        return Awaitility.await("the endpoint")
                .until(() -> endpointCall("GET", team, endpoint).data(), reached);
    }

    /** The newest delivery, once it is so. */
    private static JsonNode delivery(Team team, JsonNode endpoint, Predicate<JsonNode> reached) {
        return Awaitility.await("the newest delivery")
                .until(
                        () -> deliveries(team, endpoint),
                        it -> !it.isEmpty() && reached.test(it.getFirst()))
                .getFirst();
    }

    private static List<JsonNode> deliveries(Team team, JsonNode endpoint) {
        List<JsonNode> items = new ArrayList<>();
        team.get("/api/webhooks/" + endpoint.get("id").asLong() + "/deliveries?limit=200")
                .data()
                .get("items")
                .forEach(items::add);
        return items;
    }

    /** So much later. */
    private static void pass(Duration time) {
        ahead = ahead.plus(time);
        gateway.database().shiftTime(ahead);
    }

    /** As the published library judges it. */
    private static void verify(String secret, Request heard) throws WebhookVerificationException {
        Map<String, List<String>> headers =
                heard.headers().entrySet().stream()
                        .collect(Collectors.toMap(Map.Entry::getKey, it -> List.of(it.getValue())));
        new Webhook(secret).verify(heard.body(), HttpHeaders.of(headers, (_, _) -> true));
    }

    private static String header(Request heard, String name) {
        return Objects.requireNonNull(heard.headers().get(name), name);
    }

    /** The exit code of a script with its arguments; -1 when there is no such interpreter. */
    private static int run(String python, List<String> script) throws InterruptedException {
        List<String> command = new ArrayList<>(List.of(python, "-c"));
        command.addAll(script);
        try {
            Process process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            return process.waitFor(20, TimeUnit.SECONDS) ? process.exitValue() : -1;
        } catch (IOException e) {
            return -1;
        }
    }
}
