package dev.seedgate.access.team;

import static dev.seedgate.platform.values.ErrorCode.IDEMPOTENCY_KEY_REUSED;
import static dev.seedgate.platform.values.ErrorCode.INVALID_IDEMPOTENCY_KEY;
import static dev.seedgate.platform.values.ErrorCode.INVALID_REQUEST;
import static dev.seedgate.platform.values.ErrorCode.KEY_NOT_FOUND;
import static dev.seedgate.platform.values.ErrorCode.METHOD_NOT_ALLOWED;
import static dev.seedgate.platform.values.ErrorCode.NOT_FOUND;
import static dev.seedgate.platform.values.ErrorCode.PAYLOAD_TOO_LARGE;
import static dev.seedgate.platform.values.ErrorCode.TEAM_EXISTS;
import static dev.seedgate.platform.values.ErrorCode.TEAM_NOT_FOUND;
import static dev.seedgate.platform.values.ErrorCode.UNSUPPORTED_MEDIA_TYPE;
import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What an admin does with teams, keys and credits; refusals are problem details (RFC 9457). */
class AdminTests {

    private static final Gateway gateway = Gateway.shared();

    @Test
    void makesATeamAndShowsItAsItWasMade() {
        String slug = slug();
        Answer made =
                gateway.admin(
                        "POST",
                        "/teams",
                        Json.of(
                                "slug",
                                slug,
                                "name",
                                "Studio",
                                "monthly_quota",
                                10000,
                                "max_in_flight",
                                50,
                                "generate_per_minute",
                                600,
                                "weight",
                                7,
                                "cost_center",
                                "CC-42"));
        assertThat(made).hasStatus(201);
        JsonNode team = made.json();
        assertThat(team)
                .has("slug", slug)
                .has("name", "Studio")
                .has("monthly_quota", 10_000)
                .has("max_in_flight", 50)
                .has("generate_per_minute", 600)
                .has("weight", 7)
                .has("cost_center", "CC-42")
                .has("suspended", false);
        Answer read = gateway.admin("GET", "/teams/" + slug, null);
        assertThat(read).hasStatus(200);
        assertThat(read.json()).isEqualTo(team);
    }

    @Test
    void takesAbsentAndNullLimitsForUnlimited() {
        for (String limits :
                List.of(
                        "",
                        ",\"monthly_quota\":null,\"max_in_flight\":null,\"generate_per_minute\":null,\"weight\":null,\"cost_center\":null")) {
            JsonNode team =
                    gateway.admin(
                                    "POST",
                                    "/teams",
                                    "{\"slug\":\"%s\",\"name\":\"T\"%s}".formatted(slug(), limits))
                            .json();
            assertThat(team)
                    .hasNull("monthly_quota")
                    .hasNull("max_in_flight")
                    .hasNull("generate_per_minute")
                    .has("weight", 1)
                    .hasNull("cost_center");
        }
    }

    @Test
    void refusesASlugThatIsTaken() {
        Team team = gateway.team();
        refused(
                gateway.admin("POST", "/teams", Json.of("slug", team.slug(), "name", "T")),
                409,
                TEAM_EXISTS,
                team.slug());
    }

    static final List<List<String>> BAD_TEAMS =
            List.of(
                    List.of("slug", "null"),
                    List.of("slug", "\"\""),
                    List.of("slug", "\"Studio\""),
                    List.of("slug", "\"a b\""),
                    List.of("slug", "\"-a\""),
                    List.of("slug", "\"a/b\""),
                    List.of("slug", "\"" + "a".repeat(64) + "\""),
                    List.of("slug", "[]"),
                    List.of("name", "null"),
                    List.of("name", "\" \""),
                    List.of("name", "\"" + "n".repeat(201) + "\""),
                    List.of("name", "\"a\\u0000b\""),
                    List.of("name", "\"a\\ud800b\""),
                    List.of("name", "{}"),
                    List.of("monthly_quota", "-1"),
                    List.of("monthly_quota", "1.5"),
                    List.of("monthly_quota", "\"100\""),
                    List.of("monthly_quota", "true"),
                    List.of("monthly_quota", "9223372036854775807"),
                    List.of("monthly_quota", "9223372036854775808"),
                    List.of("max_in_flight", "-1"),
                    List.of("max_in_flight", "2147483648"),
                    List.of("max_in_flight", "[]"),
                    List.of("generate_per_minute", "0"),
                    List.of("generate_per_minute", "0.5"),
                    List.of("weight", "0"),
                    List.of("weight", "101"),
                    List.of("weight", "\"heavy\""),
                    List.of("cost_center", "\"\""),
                    List.of("cost_center", "\"a\\u0000b\""),
                    List.of("cost_center", "\"" + "c".repeat(65) + "\""));

    @ParameterizedTest
    @FieldSource("BAD_TEAMS")
    void namesTheFieldOfATeamThatIsWrong(List<String> field) {
        String slug = slug();
        String good =
                Json.of("slug", slug, "name", "T", field.getFirst(), Json.raw(field.getLast()));
        refused(gateway.admin("POST", "/teams", good), 400, INVALID_REQUEST, field.getFirst());
        refused(gateway.admin("GET", "/teams/" + slug, null), 404, TEAM_NOT_FOUND, slug);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "[]", "null", "5", "{", "{} {}", "{\"slug\":\"a\",\"name\":\"b\"}}"})
    void refusesABodyThatIsNoJsonObject(String body) {
        refused(gateway.admin("POST", "/teams", body), 400, INVALID_REQUEST, "body");
    }

    @Test
    void refusesWhatIsNotJsonOrTooLarge() {
        refused(
                gateway.admin("POST", "/teams", "{}", "Content-Encoding", "gzip"),
                415,
                UNSUPPORTED_MEDIA_TYPE,
                "Content-Encoding");
        refused(
                gateway.admin("POST", "/teams", " ".repeat(70_000)),
                413,
                PAYLOAD_TOO_LARGE,
                "65536");
        refused(gateway.admin("PUT", "/teams", "{}"), 405, METHOD_NOT_ALLOWED, "PUT");
        refused(gateway.admin("GET", "/no-such-thing", null), 404, NOT_FOUND, "");
    }

    @Test
    void listsTeamsInPages() {
        List<String> made = IntStream.range(0, 5).mapToObj(_ -> gateway.team().slug()).toList();
        List<String> seen = new ArrayList<>();
        @Nullable String cursor = "";
        while (cursor != null) {
            JsonNode page = gateway.admin("GET", "/teams?limit=2" + cursor, null).json();
            assertThat(page.propertyNames()).containsExactly("items", "next_cursor");
            assertThat(page.get("items").size()).isBetween(1, 2);
            page.get("items").forEach(team -> seen.add(team.get("slug").stringValue()));
            JsonNode next = page.get("next_cursor");
            cursor = next.isNull() ? null : "&cursor=" + next.stringValue();
        }
        assertThat(seen).doesNotHaveDuplicates().containsAll(made);
    }

    @ParameterizedTest
    @CsvSource({
        "limit=0,limit",
        "limit=201,limit",
        "limit=-1,limit",
        "limit=x,limit",
        "limit=99999999999,limit",
        "cursor=%00,cursor",
        "cursor=A%20B,cursor"
    })
    void refusesABadPage(String query, String field) {
        refused(gateway.admin("GET", "/teams?" + query, null), 400, INVALID_REQUEST, field);
    }

    @Test
    void tellsAnUnknownTeamEverywhere() {
        for (String path : List.of("/teams/nobody", "/teams/nobody/keys", "/teams/NOBODY")) {
            refused(gateway.admin("GET", path, null), 404, TEAM_NOT_FOUND, "no team");
        }
        refused(
                gateway.admin("POST", "/teams/nobody/keys", Json.of("name", "k")),
                404,
                TEAM_NOT_FOUND,
                "no team");
        refused(
                gateway.admin("POST", "/teams/nobody/suspend", null),
                404,
                TEAM_NOT_FOUND,
                "no team");
        refused(
                gateway.admin("POST", "/teams/nobody/resume", "{}"),
                404,
                TEAM_NOT_FOUND,
                "no team");
        refused(
                gateway.admin("DELETE", "/teams/nobody/keys/1", null),
                404,
                TEAM_NOT_FOUND,
                "no team");
        refused(topUp("nobody", Json.of("credits", 1), "k"), 404, TEAM_NOT_FOUND, "no team");
    }

    @Test
    void showsAKeyOnceAndKeepsOnlyItsHash() {
        Team team = gateway.team();
        Answer made =
                gateway.admin(
                        "POST",
                        keys(team),
                        Json.of(
                                "name",
                                "render farm",
                                "scopes",
                                List.of("status"),
                                "expires_at",
                                "2099-12-31T23:59:59Z",
                                "project",
                                "film"));
        assertThat(made).hasStatus(201);
        String text = made.json().get("key").stringValue();
        assertThat(text).matches("sg_[0-9A-Za-z]{38}");
        Answer list = gateway.admin("GET", keys(team), null);
        assertThat(list.json().propertyNames()).containsExactly("items", "next_cursor");
        assertThat(list.body()).doesNotContain(text, text.substring(8, 37));
        JsonNode key = list.json().get("items").get(1);
        assertThat(key.has("key")).isFalse();
        assertThat(key).has("id", made.json().get("id")).has("name", "render farm");
        assertThat(key.get("scopes").toString()).isEqualTo("[\"status\"]");
        assertThat(Instant.parse(key.get("expires_at").stringValue()))
                .isEqualTo(Instant.parse("2099-12-31T23:59:59Z"));
        assertThat(key).has("project", "film");
        String row =
                gateway.database()
                        .text("select to_jsonb(k) from api_key k where id = " + key.get("id"));
        assertThat(row).doesNotContain(text, text.substring(8, 37));
        assertThat(
                        gateway.database()
                                .text(
                                        "select hash = sha256('"
                                                + text
                                                + "') from api_key where id = "
                                                + key.get("id")))
                .isEqualTo("t");
    }

    @Test
    void givesAKeyBothScopesUnlessTold() {
        Team team = gateway.team();
        JsonNode key =
                gateway.admin(
                                "POST",
                                keys(team),
                                Json.of(
                                        "name",
                                        "all",
                                        "scopes",
                                        null,
                                        "expires_at",
                                        null,
                                        "project",
                                        null))
                        .json();
        assertThat(key.get("scopes").toString()).isEqualTo("[\"generate\",\"status\"]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "name|null",
                "name|\"\"",
                "name|\"a\\u0000\"",
                "name|[]",
                "scopes|[]",
                "scopes|[null]",
                "scopes|[\"admin\"]",
                "scopes|[\"STATUS\"]",
                "scopes|[0]",
                "scopes|[\"\"]",
                "scopes|\"status\"",
                "scopes|{}",
                "expires_at|\"2020-01-01T00:00:00Z\"",
                "expires_at|\"tomorrow\"",
                "expires_at|\"\"",
                "expires_at|5",
                "expires_at|\"+999999999-01-01T00:00:00Z\"",
                "expires_at|true",
                "project|\"\"",
                "project|\"a b\"",
                "project|\"a\\u0000\"",
                "project|[]"
            })
    void namesTheFieldOfAKeyThatIsWrong(String field, String value) {
        Team team = gateway.team();
        String name = field.equals("name") ? "" : "\"name\":\"k\",";
        refused(
                gateway.admin("POST", keys(team), "{%s\"%s\":%s}".formatted(name, field, value)),
                400,
                INVALID_REQUEST,
                field);
        assertThat(gateway.admin("GET", keys(team), null).json().get("items").size()).isEqualTo(1);
    }

    @Test
    void revokesAKeyOfItsTeamOnly() {
        Team team = gateway.team();
        JsonNode key = gateway.admin("POST", keys(team), Json.of("name", "short-lived")).json();
        String path = "/keys/" + key.get("id");
        refused(
                gateway.admin("DELETE", "/teams/" + gateway.team().slug() + path, null),
                404,
                KEY_NOT_FOUND,
                "no key");
        refused(
                gateway.admin("DELETE", keys(team) + "/999999999", null),
                404,
                KEY_NOT_FOUND,
                "no key");
        refused(gateway.admin("DELETE", keys(team) + "/x", null), 400, INVALID_REQUEST, "id");
        Answer revoked = gateway.admin("DELETE", "/teams/" + team.slug() + path, null);
        assertThat(revoked).hasStatus(204);
        assertThat(revoked.body()).isEmpty();
        assertThat(gateway.admin("DELETE", "/teams/" + team.slug() + path, null)).hasStatus(204);
        JsonNode listed = gateway.admin("GET", keys(team), null).json().get("items").get(1);
        assertThat(listed).hasValue("revoked_at");
    }

    @Test
    void suspendsAndResumesATeam() {
        Team team = gateway.team();
        Answer suspended =
                gateway.admin(
                        "POST",
                        "/teams/" + team.slug() + "/suspend",
                        Json.of("reason", "late bills"));
        assertThat(suspended).hasStatus(200);
        assertThat(suspended.json()).has("suspended", true);
        assertThat(gateway.admin("POST", "/teams/" + team.slug() + "/suspend", null))
                .hasStatus(200);
        Answer resumed = gateway.admin("POST", "/teams/" + team.slug() + "/resume", null);
        assertThat(resumed.json()).has("suspended", false);
        assertThat(team.generate("after all")).hasStatus(200);
    }

    @Test
    void givesATopUpOncePerIdempotencyKey() {
        Team team = gateway.team("monthly_quota", 0);
        Answer given = topUp(team.slug(), Json.of("credits", 5000, "reason", "launch"), "launch-1");
        assertThat(given).hasStatus(201);
        assertThat(given.json()).has("credits", 5000).has("reason", "launch");
        Answer again = topUp(team.slug(), Json.of("reason", "launch", "credits", 5000), "launch-1");
        assertThat(again.json()).isEqualTo(given.json());
        refused(
                topUp(team.slug(), Json.of("credits", 5001, "reason", "launch"), "launch-1"),
                422,
                IDEMPOTENCY_KEY_REUSED,
                "Idempotency-Key");
        refused(
                topUp(team.slug(), Json.of("credits", -5001), "back"),
                400,
                INVALID_REQUEST,
                "credits");
        assertThat(topUp(team.slug(), Json.of("credits", -5000), "back")).hasStatus(201);
        assertThat(team).hasTopUps(0);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "credits|{}",
                "credits|{\"credits\":null}",
                "credits|{\"credits\":0}",
                "credits|{\"credits\":1.5}",
                "credits|{\"credits\":\"5\"}",
                "credits|{\"credits\":true}",
                "credits|{\"credits\":9223372036854775807}",
                "credits|{\"credits\":1e3000}",
                "reason|{\"credits\":1,\"reason\":\"a\\u0000\"}"
            })
    void namesTheFieldOfATopUpThatIsWrong(String field, String body) {
        Team team = gateway.team();
        refused(topUp(team.slug(), body, "k"), 400, INVALID_REQUEST, field);
        assertThat(team).hasTopUps(0);
    }

    @Test
    void takesNoTopUpWithoutAGoodIdempotencyKey() {
        Team team = gateway.team();
        String path = "/teams/" + team.slug() + "/topups";
        refused(
                gateway.admin("POST", path, Json.of("credits", 1)),
                400,
                INVALID_IDEMPOTENCY_KEY,
                "Idempotency-Key");
        refused(
                topUp(team.slug(), Json.of("credits", 1), ""),
                400,
                INVALID_IDEMPOTENCY_KEY,
                "Idempotency-Key");
        refused(
                topUp(team.slug(), Json.of("credits", 1), "a b"),
                400,
                INVALID_IDEMPOTENCY_KEY,
                "Idempotency-Key");
        refused(
                topUp(team.slug(), Json.of("credits", 1), "k".repeat(256)),
                400,
                INVALID_IDEMPOTENCY_KEY,
                "Idempotency-Key");
    }

    private static Answer topUp(String slug, String body, String idempotencyKey) {
        return gateway.admin(
                "POST", "/teams/" + slug + "/topups", body, "Idempotency-Key", idempotencyKey);
    }

    private static String keys(Team team) {
        return "/teams/" + team.slug() + "/keys";
    }

    private static String slug() {
        return "made-" + UUID.randomUUID();
    }

    private static void refused(Answer answer, int status, ErrorCode error, String said) {
        assertThat(answer).hasStatus(status).hasError(error).says(said);
    }
}
