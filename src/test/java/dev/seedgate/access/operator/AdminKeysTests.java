package dev.seedgate.access.operator;

import static dev.seedgate.platform.values.ErrorCode.KEY_NOT_FOUND;
import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Keys of the admin API: how they are made, changed, and what they leave in the audit log. */
class AdminKeysTests {

    private static final Gateway gateway = Gateway.shared();

    @Test
    void makesAKeyThatWorksAtOnceAndIsShownOnce() {
        Answer made = issue("viewer");
        assertThat(made).hasStatus(201);
        String key = made.json().get("key").stringValue();
        assertThat(key).matches("sga_[0-9A-Za-z]{38}");
        assertThat(call(key, "GET", "/teams?limit=1", null)).hasStatus(200);
        Answer listed = gateway.admin("GET", "/admin-keys?limit=200", null);
        assertThat(listed.body()).doesNotContain(key).contains(made.json().get("hint").asString());
        assertThat(listed.json().at("/items/0").has("key")).isFalse();
        assertThat(gateway.database().rows("select encode(hash, 'escape') from admin_key"))
                .doesNotContain(key);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"name\":\"n\"} | role",
                "{\"name\":\"n\",\"role\":\"owner\"} | role",
                "{\"name\":\"n\",\"role\":\"VIEWER\"} | role",
                "{\"role\":\"viewer\"} | name",
                "{\"name\":\"n\",\"role\":\"viewer\",\"expires_at\":\"2001-01-01T00:00:00Z\"} | expires_at",
                "{\"name\":\"n\",\"role\":\"viewer\",\"expires_at\":\"+10000-01-01T00:00:00Z\"} | expires_at"
            })
    void namesWhatOfANewKeyIsWrong(String body, String field) {
        Answer answer = gateway.admin("POST", "/admin-keys", body);
        assertThat(answer).hasStatus(400).says(field);
    }

    @Test
    void pagesThroughTheKeys() {
        List<Long> made = List.of(id(issue("viewer")), id(issue("viewer")), id(issue("viewer")));
        List<Long> seen = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page = gateway.admin("GET", "/admin-keys?limit=2" + cursor, null).json();
            page.get("items").forEach(key -> seen.add(key.get("id").asLong()));
            cursor = "&cursor=" + page.get("next_cursor").asString("");
        } while (!cursor.equals("&cursor="));
        assertThat(seen).containsAll(made).isSorted().doesNotHaveDuplicates();
        assertThat(gateway.admin("GET", "/admin-keys?cursor=x", null)).hasStatus(400);
    }

    @Test
    void rotatesWithAnOverlapAndRevokesForGood() {
        Answer old = issue("operator");
        String path = "/admin-keys/" + id(old);
        Answer rotated = gateway.admin("POST", path + "/rotate", Json.of("overlap", "PT1H"));
        assertThat(rotated).hasStatus(201);
        assertThat(rotated.json()).has("role", "operator");
        assertThat(call(key(old), "GET", "/teams?limit=1", null)).hasStatus(200);
        assertThat(call(key(rotated), "GET", "/teams?limit=1", null)).hasStatus(200);
        Answer stale = gateway.admin("DELETE", path, null, "If-Match", "\"0\"");
        assertThat(stale).hasStatus(412);
        assertThat(gateway.admin("DELETE", path, null)).hasStatus(204);
        dies(key(old));
        assertThat(call(key(rotated), "GET", "/teams?limit=1", null)).hasStatus(200);
        gateway.admin("POST", "/admin-keys/" + id(rotated) + "/rotate", Json.of("overlap", "PT0S"));
        dies(key(rotated));
        assertThat(gateway.admin("POST", path + "/rotate", null)).hasStatus(400);
        assertThat(gateway.admin("DELETE", "/admin-keys/0", null)).hasError(KEY_NOT_FOUND);
    }

    @Test
    void writesWhoDidWhatWithoutASecret() {
        Answer first = issue("admin");
        Answer made =
                call(
                        key(first),
                        "POST",
                        "/admin-keys",
                        Json.of("name", "by a key", "role", "viewer"));
        gateway.admin("POST", "/admin-keys/" + id(made) + "/rotate", Json.of("reason", "routine"));
        call(key(first), "DELETE", "/admin-keys/" + id(made), null);
        Answer audit = gateway.admin("GET", "/audit?object=admin-key:" + id(made), null);
        List<String> told = new ArrayList<>();
        audit.json()
                .get("items")
                .forEach(it ->
                        told.add(it.get("action").asString() + " " + it.get("actor").asString()));
        String actor = "admin-key:" + id(first);
        assertThat(told)
                .containsExactly(
                        "admin-key.revoke " + actor,
                        "admin-key.rotate admin:bootstrap",
                        "admin-key.issue " + actor);
        assertThat(audit.json().at("/items/0/address").asString("")).isEqualTo("127.0.0.1");
        assertThat(audit.body()).doesNotContain(key(first), key(made));
    }

    private static void dies(String key) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(5))
                .until(() -> call(key, "GET", "/teams?limit=1", null).status() == 401);
    }

    private static Answer issue(String role) {
        return gateway.admin("POST", "/admin-keys", Json.of("name", "n", "role", role));
    }

    private static long id(Answer made) {
        return made.json().get("id").asLong();
    }

    private static String key(Answer made) {
        return made.json().get("key").stringValue();
    }

    private static Answer call(String key, String method, String path, @Nullable String body) {
        return gateway.call(method, "/admin/api" + path, key, body);
    }
}
