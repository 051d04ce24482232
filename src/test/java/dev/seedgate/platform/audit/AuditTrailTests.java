package dev.seedgate.platform.audit;

import static dev.seedgate.platform.values.ErrorCode.INVALID_REQUEST;
import static dev.seedgate.platform.values.ErrorCode.VERSION_CONFLICT;
import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Changes of teams and keys while the gateway runs, and the audit log that tells of them. */
class AuditTrailTests {

    private static final String ORDER =
            Json.of("prompt", "a boat", "aspect_ratio", "1:1", "duration", "5");

    private static final Gateway gateway = Gateway.shared();

    @Test
    void changesOnlyWhatIsGiven() {
        Team team = gateway.team("monthly_quota", 1000, "max_in_flight", 7);
        JsonNode before = gateway.admin("GET", "/teams/" + team.slug(), null).json();
        Answer changed =
                gateway.admin("PATCH", "/teams/" + team.slug(), Json.of("monthly_quota", null));
        assertThat(changed).hasStatus(200);
        assertThat(changed.json())
                .hasNull("monthly_quota")
                .has("max_in_flight", before.get("max_in_flight"))
                .has("name", before.get("name"))
                .has("version", before.get("version").asLong() + 1);
        assertThat(changed.http().headers().firstValue("ETag"))
                .hasValue("\"" + changed.json().get("version").asLong() + "\"");
    }

    @Test
    void countsANewLimitAtOnce() {
        Team team = gateway.team("monthly_quota", 65);
        gateway.admin("PATCH", "/teams/" + team.slug(), Json.of("monthly_quota", 64));
        assertThat(post(team, "/api/generate", ORDER)).hasStatus(402);
        gateway.admin("PATCH", "/teams/" + team.slug(), Json.of("monthly_quota", 65));
        assertThat(post(team, "/api/generate", ORDER)).hasStatus(200);
    }

    @Test
    void refusesAChangeOfAnotherVersion() {
        Team team = gateway.team();
        String path = "/teams/" + team.slug();
        Answer first = gateway.admin("PATCH", path, Json.of("weight", 2), "If-Match", "\"0\"");
        assertThat(first).hasStatus(200);
        for (String verb : List.of("/suspend", "/resume", "/archive")) {
            refused(
                    gateway.admin("POST", path + verb, null, "If-Match", "\"0\""),
                    412,
                    VERSION_CONFLICT);
        }
        refused(
                gateway.admin("PATCH", path, Json.of("weight", 3), "If-Match", "\"0\""),
                412,
                VERSION_CONFLICT);
        assertThat(gateway.admin("GET", path, null).json()).has("weight", 2);
        assertThat(gateway.admin("PATCH", path, Json.of("weight", 3), "If-Match", "*"))
                .hasStatus(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"name\":null} | name",
                "{\"name\":\" \"} | name",
                "{\"monthly_quota\":-1} | monthly_quota",
                "{\"monthly_quota\":1.5} | monthly_quota",
                "{\"max_in_flight\":\"x\"} | max_in_flight",
                "{\"weight\":101} | weight",
                "{\"slug\":\"other\"} | slug",
                "[] | body"
            })
    void namesWhatOfAChangeIsWrong(String change, String field) {
        Team team = gateway.team();
        Answer answer = gateway.admin("PATCH", "/teams/" + team.slug(), change);
        refused(answer, 400, INVALID_REQUEST);
        assertThat(answer).says(field);
        assertThat(gateway.admin("GET", "/teams/" + team.slug(), null).json()).has("version", 0);
    }

    @Test
    void archivesATeamForGood() {
        Team team = gateway.team();
        Answer archived =
                gateway.admin(
                        "POST", "/teams/" + team.slug() + "/archive", Json.of("reason", "over"));
        assertThat(archived).hasStatus(200);
        assertThat(archived.json()).hasValue("archived_at");
        seenWithinSeconds(team, 401);
        refused(
                gateway.admin("POST", "/teams/" + team.slug() + "/keys", Json.of("name", "k")),
                400,
                INVALID_REQUEST);
    }

    @Test
    void listsKeysPageByPage() {
        Team team = gateway.team();
        for (String name : List.of("second", "third")) {
            gateway.key(team.slug(), Json.of("name", name));
        }
        String path = "/teams/" + team.slug() + "/keys?limit=2";
        JsonNode first = gateway.admin("GET", path, null).json();
        assertThat(first.get("items").findValuesAsString("name")).containsExactly("all", "second");
        JsonNode rest =
                gateway.admin(
                                "GET",
                                path + "&cursor=" + first.get("next_cursor").stringValue(),
                                null)
                        .json();
        assertThat(rest.get("items").findValuesAsString("name")).containsExactly("third");
        assertThat(rest).hasNull("next_cursor");
        refused(gateway.admin("GET", path + "&cursor=x", null), 400, INVALID_REQUEST);
    }

    @Test
    void suspendsAndResumesAKey() {
        Team team = gateway.team();
        String key = keyPath(team);
        assertThat(gateway.admin("POST", key + "/suspend", null).json()).has("suspended", true);
        seenWithinSeconds(team, 403);
        refused(gateway.admin("POST", key + "/rotate", null), 400, INVALID_REQUEST);
        gateway.admin("POST", key + "/resume", null);
        seenWithinSeconds(team, 200);
        refused(
                gateway.admin("POST", key + "/rotate", null, "If-Match", "\"0\""),
                412,
                VERSION_CONFLICT);
    }

    @Test
    void rotatesAKeyWithAnOverlap() {
        Team team = gateway.team();
        String key = keyPath(team);
        Answer rotated = gateway.admin("POST", key + "/rotate", Json.of("overlap", "PT1H"));
        assertThat(rotated).hasStatus(201);
        Team renewed = new Team(gateway, team.slug(), rotated.json().get("key").stringValue());
        assertThat(renewed.get("/api/credits")).hasStatus(200);
        assertThat(team.get("/api/credits")).hasStatus(200);
        JsonNode old =
                gateway.admin("GET", "/teams/" + team.slug() + "/keys", null)
                        .json()
                        .get("items")
                        .get(0);
        assertThat(old).hasValue("expires_at");
        assertThat(gateway.admin("POST", key + "/rotate", Json.of("overlap", "PT0S")))
                .hasStatus(201);
        seenWithinSeconds(team, 401);
        assertThat(renewed.get("/api/credits")).hasStatus(200);
        refused(gateway.admin("POST", key + "/rotate", null), 400, INVALID_REQUEST);
    }

    /** An answer that was lost is asked for once more; both keys then live as the first would. */
    @ParameterizedTest
    @CsvSource({
        "teams,null",
        "teams,2099-12-31T23:59:59Z",
        "admin-keys,null",
        "admin-keys,2099-12-31T23:59:59Z"
    })
    void letsEachRotationOfAKeyLiveAsLongAsTheKeyWouldHave(String door, String end) {
        String keys =
                door.equals("teams") ? "/teams/" + gateway.team().slug() + "/keys" : "/admin-keys";
        String body =
                "{\"name\":\"k\",%s\"expires_at\":%s}"
                        .formatted(
                                door.equals("teams") ? "" : "\"role\":\"viewer\",",
                                end.equals("null") ? "null" : '"' + end + '"');
        String rotate = keys + "/" + gateway.admin("POST", keys, body).json().get("id") + "/rotate";
        List<CompletableFuture<Answer>> atOnce =
                IntStream.range(0, 2)
                        .mapToObj(_ ->
                                CompletableFuture.supplyAsync(() ->
                                        gateway.admin("POST", rotate, Json.of("overlap", "PT1H"))))
                        .toList();
        List<Answer> rotated =
                new ArrayList<>(atOnce.stream().map(CompletableFuture::join).toList());
        rotated.add(gateway.admin("POST", rotate, Json.of("overlap", "PT2H")));
        // And a successor's successor.
        rotated.add(
                gateway.admin(
                        "POST",
                        keys + "/" + rotated.getFirst().json().get("id") + "/rotate",
                        null));
        for (Answer answer : rotated) {
            assertThat(answer).hasStatus(201);
            assertThat(answer.json().get("expires_at").asString("null")).isEqualTo(end);
        }
    }

    @ParameterizedTest
    @CsvSource({"1h", "-PT1S", "P91D", "''"})
    void refusesAnOverlapThatIsNone(String overlap) {
        Team team = gateway.team();
        refused(
                gateway.admin("POST", keyPath(team) + "/rotate", Json.of("overlap", overlap)),
                400,
                INVALID_REQUEST);
    }

    @Test
    void tellsWhoChangedWhatFromWhere() {
        Team team = gateway.team();
        Answer suspended =
                gateway.admin(
                        "POST", "/teams/" + team.slug() + "/suspend", Json.of("reason", "unpaid"));
        JsonNode entries = audit("object=team:" + team.slug());
        assertThat(entries.size()).isEqualTo(2);
        JsonNode entry = entries.get(0);
        assertThat(entry)
                .has("actor", "admin:bootstrap")
                .has("action", "team.suspend")
                .has("/before/suspended", false)
                .has("/after/suspended", true)
                .has("reason", "unpaid");
        assertThat(entry.get("address").stringValue()).isIn("127.0.0.1", "0:0:0:0:0:0:0:1");
        assertThat(suspended.http().headers().firstValue("X-Request-Id"))
                .hasValue(entry.get("request_id").stringValue());
        assertThat(entries.get(1)).has("action", "team.create");
    }

    @Test
    void writesNoSecretOfAKey() {
        Team team = gateway.team();
        String log = gateway.admin("GET", "/audit?limit=200", null).toString();
        assertThat(log).contains("team:" + team.slug() + "/key:").doesNotContain(team.key());
    }

    @Test
    void writesDownWhoLooksAtAPrompt() {
        Team team = gateway.team();
        String task =
                post(team, "/api/generate", ORDER).json().get("data").get("task_id").stringValue();
        gateway.admin("GET", "/tasks/" + task, null);
        JsonNode looks = audit("object=task:" + task);
        assertThat(looks.size()).isEqualTo(1);
        assertThat(looks.get(0)).has("action", "prompt.read");
    }

    @Test
    void writesNothingForWhatWasRefused() {
        Team team = gateway.team();
        gateway.admin("PATCH", "/teams/" + team.slug(), Json.of("weight", 9), "If-Match", "\"77\"");
        assertThat(audit("object=team:" + team.slug()).size()).isEqualTo(1);
    }

    @Test
    void letsNobodyRewriteTheLog() {
        gateway.team();
        for (String statement :
                List.of(
                        "update audit_entry set actor = 'nobody'",
                        "delete from audit_entry",
                        "truncate audit_entry")) {
            assertThatThrownBy(() -> gateway.database().execute(statement))
                    .hasStackTraceContaining("append-only");
        }
    }

    @Test
    void quotesWithoutCharging() {
        Team team = gateway.team("monthly_quota", 100);
        JsonNode quote = post(team, "/api/quote", ORDER).json().get("data");
        assertThat(quote)
                .has("credits", 65)
                .has("accepted", true)
                .hasNull("error")
                .has("remaining", 100);
        JsonNode dear =
                post(team, "/api/quote", ORDER.replace("\"5\"", "\"10\"")).json().get("data");
        assertThat(dear).has("accepted", false).has("error", "TEAM_QUOTA_EXHAUSTED");
        JsonNode credits = team.get("/api/credits").json().get("data");
        assertThat(credits).has("used", 0).has("in_flight", 0);
        gateway.admin("PATCH", "/teams/" + team.slug(), Json.of("soft_limits", true));
        JsonNode soft =
                post(team, "/api/quote", ORDER.replace("\"5\"", "\"10\"")).json().get("data");
        assertThat(soft).has("accepted", true).has("error", "TEAM_QUOTA_EXHAUSTED");
        Answer bad = post(team, "/api/quote", Json.of("prompt", "a"));
        assertThat(bad).hasStatus(400);
    }

    private static JsonNode audit(String query) {
        return gateway.admin("GET", "/audit?" + query, null).json().get("items");
    }

    private static Answer post(Team team, String path, String body) {
        return gateway.call("POST", path, team.key(), body);
    }

    private static String keyPath(Team team) {
        JsonNode keys = gateway.admin("GET", "/teams/" + team.slug() + "/keys", null).json();
        return "/teams/" + team.slug() + "/keys/" + keys.get("items").get(0).get("id").asLong();
    }

    /** The gateway looks once a second whether a key has changed. */
    private static void seenWithinSeconds(Team team, int status) {
        Awaitility.await()
                .untilAsserted(() -> assertThat(team.get("/api/credits")).hasStatus(status));
    }

    private static void refused(Answer answer, int status, ErrorCode error) {
        assertThat(answer).hasStatus(status).hasError(error);
    }
}
