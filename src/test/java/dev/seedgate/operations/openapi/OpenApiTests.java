package dev.seedgate.operations.openapi;

import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Json;
import java.net.http.HttpClient;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The description says what the gateway does: no call and no field more or less. */
class OpenApiTests {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String UNKNOWN = "sd15p_aaaaaaaaaaaaaaaaaaaa";

    private static Gateway gateway;
    private static Description description;

    @BeforeAll
    static void read() {
        gateway = Gateway.shared();
        description = Description.of(gateway);
    }

    @Test
    void describesExactlyTheCallsThatThereAre() {
        Set<String> mapped = new TreeSet<>();
        for (RequestMappingInfo mapping :
                gateway.bean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class)
                        .getHandlerMethods()
                        .keySet()) {
            for (String path : mapping.getPatternValues()) {
                mapping.getMethodsCondition()
                        .getMethods()
                        .forEach(method -> mapped.add(method + " " + path));
            }
        }
        mapped.removeIf(call -> !call.contains(" /api/") && !call.contains(" /admin/api/"));
        assertThat(description.calls()).isEqualTo(mapped);
    }

    @Test
    void tellsOfEachCallItsPurposeItsKeyAndItsRefusals() {
        Set<String> ids = new HashSet<>();
        for (String name : description.calls()) {
            JsonNode call = description.call(name);
            boolean admin = name.contains(" /admin/");
            String key = admin ? "adminKey" : "teamKey";
            assertThat(call.path("summary").asString("")).as(name).isNotBlank();
            assertThat(ids.add(call.path("operationId").asString(""))).as(name).isTrue();
            assertThat(call.at("/security/0").propertyNames()).as(name).containsExactly(key);
            assertThat(call.at("/tags/0").asString("").equals("Admin API")).isEqualTo(admin);
            assertThat(call.path("responses").propertyNames())
                    .as(name)
                    .contains("400", "401", "406", "500", "503");
            assertThat(call.findValuesAsString("name"))
                    .as("nothing of the inside is a parameter of " + name)
                    .doesNotContain("caller", "request", "requestId");
            // The audit log alone is asked by actor.
            assertThat(call.findValuesAsString("name").contains("actor"))
                    .isEqualTo(name.equals("GET /admin/api/audit"));
        }
    }

    @Test
    void refersOnlyToWhatIsThereInValidSchemas() {
        for (JsonNode reference : description.tree().findValues("$ref")) {
            String pointer = reference.asString("").substring(1);
            assertThat(description.tree().at(pointer).isObject()).as(pointer).isTrue();
        }
        var rules =
                SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                        .getSchema(
                                com.networknt.schema.SchemaLocation.of(
                                        SpecificationVersion.DRAFT_2020_12.getDialectId()));
        description
                .tree()
                .at("/components/schemas")
                .forEach(schema ->
                        assertThat(rules.validate(schema)).as(schema.toString()).isEmpty());
        assertThat(description.tree().get("openapi").asString("")).startsWith("3.1");
        assertThat(description.tree().at("/servers/0/url").asString("")).isEqualTo("/");
    }

    /** A sentence for each field, and an example of its form unless it is made of fields itself. */
    @Test
    void tellsOfEachFieldWhatItIsWithATrueExample() {
        Set<String> used = new TreeSet<>();
        for (Map.Entry<String, JsonNode> schema :
                description.tree().at("/components/schemas").properties()) {
            for (Map.Entry<String, JsonNode> field :
                    schema.getValue().path("properties").properties()) {
                String name = schema.getKey() + "." + field.getKey();
                JsonNode form = field.getValue();
                used.add(name);
                used.add("*." + field.getKey());
                assertThat(description.sentence(form)).as(name).matches("(?s)[A-Z0-9`].*[.]");
                if (description.isMadeOfFields(form) || form.has("const")) {
                    continue;
                }
                assertThat(form.has("example")).as(name).isTrue();
                assertThat(description.faults(form, form.get("example"), true))
                        .as(name + ": " + form.get("example"))
                        .isEmpty();
            }
        }
        assertThat(used).containsAll(FieldDescriptions.named());
    }

    @Test
    void describesCreatesAndTheirRefusals() {
        String call = "POST /api/generate";
        Team team = gateway.team("monthly_quota", 65);
        description.holdsFor(call, team.post("{}"));
        description.holdsFor(call, team.generate("a boat", "Idempotency-Key", "key with spaces"));
        description.holdsFor(call, team.generate("a boat", "Idempotency-Key", "one"));
        description.holdsFor(call, team.generate("a boat", "Idempotency-Key", "one"));
        description.holdsFor(call, team.generate("a ship", "Idempotency-Key", "one"));
        Answer poor = team.generate("another");
        assertThat(poor).hasStatus(402);
        description.holdsFor(call, poor);
        description.holdsFor(call, gateway.call("POST", "/api/generate", null, "{}"));
        description.holdsFor(call, team.post("{}", "Content-Encoding", "gzip"));
        description.holdsFor(call, team.post(" ".repeat(70_000)));
        description.holdsFor(call, team.post("{}", "Accept", "image/png"));
        Team slow = gateway.team("generate_per_minute", 1);
        slow.create("first");
        Answer limited = slow.generate("second");
        assertThat(limited).hasStatus(429);
        description.holdsFor(call, limited);
        Team narrow = gateway.team("max_in_flight", 0);
        description.holdsFor(call, narrow.generate("none"));
        String reader = gateway.key(team.slug(), Json.of("name", "r", "scopes", List.of("status")));
        description.holdsFor(call, gateway.call("POST", "/api/generate", reader, "{}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "prompt; '\"a boat\"'; true",
                "prompt; '\"\"'; false",
                "prompt; 7; false",
                "duration; '\"10\"'; true",
                "duration; 10; true",
                "duration; '\"7\"'; false",
                "duration; null; false",
                "sound; true; true",
                "sound; null; true",
                "sound; '\"yes\"'; false",
                "image_urls; '[\"https://example.com/a.png\"]'; true",
                "image_urls; '[]'; true",
                "image_urls; '[\"ftp://example.com/a.png\"]'; false",
                "image_urls; '[\"https://me@example.com/a.png\"]'; false",
                "image_urls; '[1]'; false",
                "image_urls; '[\"http://a/1\",\"http://a/2\",\"http://a/3\",\"http://a/4\",\"http://a/5\"]'; false",
                "aspect_ratio; '\"1:1\"'; true",
            })
    void acceptsTheBodiesThatTheDescriptionAllows(String field, String value, boolean good) {
        String body =
                Json.of(
                        "prompt",
                        "a boat",
                        "duration",
                        "5",
                        "aspect_ratio",
                        "16:9",
                        field,
                        Json.raw(value));
        JsonNode tree = JSON.readTree(body);
        String call = "POST /api/generate";
        assertThat(description.faultsOfBody(call, tree).iterator().hasNext()).isNotEqualTo(good);
        Answer answer = gateway.team().post(body);
        assertThat(answer).hasStatus(good ? 200 : 400);
        description.holdsFor(call, answer);
    }

    @Test
    void describesReadsOfTasksInEveryState() {
        Team team = gateway.team();
        String running = team.create("a boat");
        String done = team.create("a ship");
        String failed = team.create("a raft");
        gateway.vendor().finish(team.upstreamId(done), "https://cdn.example.com/a.mp4");
        gateway.vendor().fail(team.upstreamId(failed), "no");
        team.await(done, "SUCCEEDED");
        team.await(failed, "FAILED");
        for (String task : List.of(running, done, failed, UNKNOWN, "nonsense")) {
            String question = Json.of("task_id", task);
            description.holdsFor("GET /api/status", team.get("/api/status?task_id=" + task));
            description.holdsFor(
                    "POST /api/status", gateway.call("POST", "/api/status", team.key(), question));
            description.holdsFor("GET /api/tasks/{id}", team.get("/api/tasks/" + task));
        }
        Answer withImages =
                team.post(
                        Json.of(
                                "prompt",
                                "p",
                                "duration",
                                5,
                                "image_urls",
                                List.of("https://example.com/a.png")));
        String id = withImages.data().get("task_id").stringValue();
        description.holdsFor("GET /api/status", team.get("/api/status?task_id=" + id));
    }

    @Test
    void describesCreditsWithAndWithoutAQuota() {
        description.holdsFor("GET /api/credits", gateway.team().get("/api/credits"));
        Team limited = gateway.team("monthly_quota", 100);
        description.holdsFor("GET /api/credits", limited.get("/api/credits"));
        String writer =
                gateway.key(limited.slug(), Json.of("name", "w", "scopes", List.of("generate")));
        description.holdsFor("GET /api/credits", gateway.call("GET", "/api/credits", writer, null));
    }

    @Test
    void describesTheAdminsCalls() {
        String team = "/admin/api/teams/{slug}";
        String slug = gateway.team("cost_center", "CC-42").slug();
        String path = "/teams/" + slug;
        admin("GET /admin/api/teams", "/teams?limit=1", null);
        admin("GET /admin/api/teams", "/teams?limit=0", null);
        admin("POST /admin/api/teams", "/teams", Json.of("slug", slug, "name", "n"));
        admin("POST /admin/api/teams", "/teams", Json.of("slug", "A B"));
        admin("POST /admin/api/teams", "/teams", Json.of("slug", "made-by-docs", "name", "n"));
        admin("GET " + team, path, null);
        admin("GET " + team, "/teams/nobody", null);
        admin("POST " + team + "/suspend", path + "/suspend", null);
        admin("POST " + team + "/resume", path + "/resume", null);
        admin("POST " + team + "/resume", "/teams/nobody/resume", null);
        admin("POST " + team + "/topups", path + "/topups", Json.of("credits", 5), "one");
        admin("POST " + team + "/topups", path + "/topups", Json.of("credits", 6), "one");
        admin("POST " + team + "/topups", path + "/topups", Json.of("credits", 6));
        admin("POST " + team + "/topups", path + "/topups", Json.of("credits", -99), "two");
        admin("POST " + team + "/keys", path + "/keys", Json.of("name", "k", "project", "p"));
        admin("POST " + team + "/keys", path + "/keys", Json.of("name", 1, "scopes", List.of("x")));
        Answer keys = admin("GET " + team + "/keys", path + "/keys", null);
        long id = keys.json().at("/items/0/id").asLong();
        admin("DELETE " + team + "/keys/{id}", path + "/keys/" + id, null);
        admin("DELETE " + team + "/keys/{id}", path + "/keys/0", null);
        admin("DELETE " + team + "/keys/{id}", path + "/keys/x", null);
        String keysOfAdmins = "/admin/api/admin-keys";
        Answer made =
                admin(
                        "POST " + keysOfAdmins,
                        "/admin-keys",
                        Json.of("name", "n", "role", "viewer"));
        String one = "/admin-keys/" + made.json().get("id").asLong();
        admin("POST " + keysOfAdmins, "/admin-keys", Json.of("name", "n"));
        admin("GET " + keysOfAdmins, "/admin-keys", null);
        admin("POST " + keysOfAdmins + "/{id}/rotate", one + "/rotate", null);
        admin("DELETE " + keysOfAdmins + "/{id}", one, null);
        admin("DELETE " + keysOfAdmins + "/{id}", "/admin-keys/0", null);
        String viewer = made.json().get("key").stringValue();
        description.holdsFor(
                "POST /admin/api/teams", gateway.call("POST", "/admin/api/teams", viewer, "{}"));
        Answer stranger = gateway.call("GET", "/admin/api/teams", "wrong", null);
        description.holdsFor("GET /admin/api/teams", stranger);
    }

    @Test
    void describesReports() {
        Team team = gateway.team();
        team.create("a boat");
        String usage = "GET /admin/api/reports/usage";
        admin(usage, "/reports/usage?group_by=team,project,cost_center,preset,key,day,month", null);
        admin(usage, "/reports/usage", null);
        admin(usage, "/reports/usage?group_by=x", null);
        description.holdsFor("GET /api/usage", team.get("/api/usage?group_by=day"));
        description.holdsFor("GET /api/usage", team.get("/api/usage?group_by=team"));
        admin("GET /admin/api/reconciliation", "/reconciliation", null);
        admin("GET /admin/api/reconciliation", "/reconciliation?limit=0", null);
        String statement = "/admin/api/reports/statements/{month}";
        admin("GET " + statement, "/reports/statements/2020-02", null);
        admin("GET " + statement, "/reports/statements/x", null);
        admin("POST " + statement + "/close", "/reports/statements/9000-01/close", null);
        admin("POST " + statement + "/reopen", "/reports/statements/2020-02/reopen", "{}");
        String reason = Json.of("reason", "r");
        admin("POST " + statement + "/reopen", "/reports/statements/2020-02/reopen", reason);
        admin("GET /admin/api/prices", "/prices", null);
        admin("POST /admin/api/prices", "/prices", "{}");
        admin(
                "POST /admin/api/prices",
                "/prices",
                Json.of("effective_from", "2200-01-01", "currency", "EUR", "per_credit", "0.01"));
        for (String path : List.of("/reports/usage", "/reconciliation")) {
            assertThat(gateway.admin("GET", path + "?format=csv", null).header("Content-Type"))
                    .startsWith("text/csv");
            assertThat(
                            description
                                    .call("GET /admin/api" + path)
                                    .at("/responses/200/content")
                                    .propertyNames())
                    .containsExactlyInAnyOrder("application/json", "text/csv");
        }
    }

    @Test
    void describesThePoolAndTheAlerts() {
        admin("GET /admin/api/vendor-balance", "/vendor-balance", null);
        String purchases = "/admin/api/vendor-balance/purchases";
        String purchase = Json.of("credits", 5, "reason", "r", "cost", "0.50", "currency", "EUR");
        admin("POST " + purchases, "/vendor-balance/purchases", purchase, "p");
        admin("POST " + purchases, "/vendor-balance/purchases", purchase.replace("5", "6"), "p");
        admin("POST " + purchases, "/vendor-balance/purchases", purchase);
        admin("POST " + purchases, "/vendor-balance/purchases", "{}", "q");
        admin("GET " + purchases, "/vendor-balance/purchases?limit=1", null);
        admin("GET /admin/api/vendor-balance", "/vendor-balance", null);
        String task = Json.of("prompt", "p", "aspect_ratio", "16:9", "duration", "5");
        gateway.team("monthly_quota", 65).post(task);
        Awaitility.await()
                .until(() ->
                        gateway.admin("GET", "/alerts?kind=QUOTA", null).json().get("items").size()
                                > 0);
        Answer alerts = admin("GET /admin/api/alerts", "/alerts", null);
        admin("GET /admin/api/alerts", "/alerts?kind=x", null);
        String acknowledge = "POST /admin/api/alerts/{id}/acknowledge";
        long id = alerts.json().at("/items/0/id").asLong();
        admin(acknowledge, "/alerts/" + id + "/acknowledge", null);
        admin(acknowledge, "/alerts/0/acknowledge", null);
    }

    @Test
    void describesWebhooks() {
        Team team = gateway.team();
        String hooks = "/api/webhooks";
        String made = Json.of("url", "https://127.0.0.1:1/", "events", List.of("task.failed"));
        Answer hook = webhook(team, "POST " + hooks, "", made);
        assertThat(hook).hasStatus(201);
        webhook(team, "POST " + hooks, "", made);
        webhook(team, "POST " + hooks, "", "{}");
        String one = "/" + hook.data().get("id").asLong();
        webhook(team, "GET " + hooks, "", null);
        webhook(team, "GET " + hooks + "/{id}", one, null);
        webhook(team, "POST " + hooks + "/{id}/rotate", one + "/rotate", null);
        Answer test = webhook(team, "POST " + hooks + "/{id}/test", one + "/test", null);
        assertThat(test).hasStatus(202);
        String deliveries = "GET " + hooks + "/{id}/deliveries";
        Awaitility.await()
                .until(() ->
                        webhook(team, deliveries, one + "/deliveries", null)
                                        .data()
                                        .at("/items/0/tries")
                                        .size()
                                == 1);
        String redeliver = "POST " + hooks + "/deliveries/{id}/redeliver";
        long delivery = test.data().get("id").asLong();
        webhook(team, redeliver, "/deliveries/" + delivery + "/redeliver", null);
        webhook(team, redeliver, "/deliveries/0/redeliver", null);
        String path = "/teams/" + team.slug();
        String admin = "/admin/api/teams/{slug}";
        admin("PUT " + admin + "/callback-hosts", path + "/callback-hosts", "{\"hosts\":[\"A\"]}");
        admin("PUT " + admin + "/callback-hosts", path + "/callback-hosts", "{\"hosts\":[\"a\"]}");
        admin("GET " + admin + "/callback-hosts", path + "/callback-hosts", null);
        admin("GET " + admin + "/webhooks", path + "/webhooks", null);
        admin(
                "GET " + admin + "/webhooks/{id}/deliveries",
                path + "/webhooks" + one + "/deliveries",
                null);
        admin("DELETE " + admin + "/webhooks/{id}", path + "/webhooks" + one, null);
        webhook(team, "DELETE " + hooks + "/{id}", one, null);
        description.holdsFor(
                "POST /api/generate", team.generate("a", "X-Callback-Url", "https://b.example/"));
    }

    private static Answer webhook(Team team, String call, String path, @Nullable String body) {
        return answered(
                call,
                gateway.call(call.split(" ", 2)[0], "/api/webhooks" + path, team.key(), body));
    }

    @Test
    void leadsEverybodyToTheUserInterface() throws Exception {
        try (HttpClient http =
                HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NORMAL).build()) {
            var page = http.send(gateway.request("/swagger-ui").build(), BodyHandlers.ofString());
            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.uri().getPath()).isEqualTo("/swagger-ui/index.html");
            assertThat(page.body()).contains("swagger-ui-bundle.js");
        }
    }

    private static Answer admin(String call, String path, @Nullable String body) {
        return answered(call, gateway.admin(call.split(" ", 2)[0], path, body));
    }

    private static void admin(String call, String path, String body, String idempotencyKey) {
        answered(
                call,
                gateway.admin(
                        call.split(" ", 2)[0], path, body, "Idempotency-Key", idempotencyKey));
    }

    private static Answer answered(String call, Answer answer) {
        description.holdsFor(call, answer);
        return answer;
    }
}
