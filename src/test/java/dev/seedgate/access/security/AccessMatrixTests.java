package dev.seedgate.access.security;

import static dev.seedgate.platform.values.ErrorCode.FORBIDDEN;
import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.access.operator.ConsolePrincipal;
import dev.seedgate.access.operator.ConsoleSessionStore;
import dev.seedgate.access.operator.Role;
import dev.seedgate.access.team.Teams;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Json;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import tools.jackson.databind.node.ObjectNode;

/** Every route that there is, asked by every kind of caller that there is. */
class AccessMatrixTests {

    /**
     * What each route wants at least; some are open to members of teams too. A new route needs a
     * line here and one in {@link EndpointPermissions}.
     */
    private static final Map<String, String> LEAST =
            table(
                    """
                    generate POST   /api/generate
                    status   GET    /api/status
                    status   POST   /api/status
                    generate POST   /api/quote
                    status   GET    /api/tasks
                    status   GET    /api/tasks/{id}
                    status   GET    /api/tasks/{id}/events
                    generate DELETE /api/tasks/{id}
                    generate POST   /api/webhooks
                    status   GET    /api/webhooks
                    status   GET    /api/webhooks/{id}
                    generate DELETE /api/webhooks/{id}
                    generate POST   /api/webhooks/{id}/rotate
                    generate POST   /api/webhooks/{id}/test
                    status   GET    /api/webhooks/{id}/deliveries
                    generate POST   /api/webhooks/deliveries/{id}/redeliver
                    status   GET    /api/tasks/{id}/clip
                    status   POST   /api/tasks/{id}/clip/link
                    status   GET    /api/credits
                    status   GET    /api/usage
                    viewer   GET    /admin/api/teams
                    admin    POST   /admin/api/teams
                    viewer   GET    /admin/api/teams/{slug}
                    admin    PATCH  /admin/api/teams/{slug}
                    admin    POST   /admin/api/teams/{slug}/archive
                    operator POST   /admin/api/teams/{slug}/suspend
                    operator POST   /admin/api/teams/{slug}/resume
                    admin    POST   /admin/api/teams/{slug}/topups
                    viewer   GET    /admin/api/teams/{slug}/topups
                    viewer   GET    /admin/api/teams/{slug}/balance
                    viewer   GET    /admin/api/teams/{slug}/budgets
                    admin    PUT    /admin/api/teams/{slug}/projects/{project}/budget
                    admin    DELETE /admin/api/teams/{slug}/projects/{project}/budget
                    admin    PUT    /admin/api/teams/{slug}/keys/{id}/budget
                    admin    DELETE /admin/api/teams/{slug}/keys/{id}/budget
                    viewer   GET    /admin/api/teams/{slug}/keys
                    admin    POST   /admin/api/teams/{slug}/keys
                    admin    DELETE /admin/api/teams/{slug}/keys/{id}
                    admin    POST   /admin/api/teams/{slug}/keys/{id}/rotate
                    operator POST   /admin/api/teams/{slug}/keys/{id}/suspend
                    operator POST   /admin/api/teams/{slug}/keys/{id}/resume
                    viewer   GET    /admin/api/teams/{slug}/webhooks
                    admin    DELETE /admin/api/teams/{slug}/webhooks/{id}
                    viewer   GET    /admin/api/teams/{slug}/webhooks/{id}/deliveries
                    viewer   GET    /admin/api/teams/{slug}/callback-hosts
                    admin    PUT    /admin/api/teams/{slug}/callback-hosts
                    viewer   GET    /admin/api/admin-keys
                    admin    POST   /admin/api/admin-keys
                    admin    DELETE /admin/api/admin-keys/{id}
                    admin    POST   /admin/api/admin-keys/{id}/rotate
                    viewer   GET    /admin/api/tasks
                    viewer   GET    /admin/api/tasks/{id}
                    operator DELETE /admin/api/tasks/{id}
                    operator POST   /admin/api/tasks/{id}/resolve
                    operator POST   /admin/api/tasks/{id}/ask
                    operator POST   /admin/api/tasks/refund
                    viewer   GET    /admin/api/upstream
                    operator POST   /admin/api/upstream/pause
                    operator POST   /admin/api/upstream/resume
                    operator POST   /admin/api/upstream/creates/stop
                    operator POST   /admin/api/upstream/creates/resume
                    viewer   GET    /admin/api/reports/usage
                    viewer   GET    /admin/api/reports/focus
                    viewer   GET    /admin/api/reports/statements/{month}
                    admin    POST   /admin/api/reports/statements/{month}/close
                    admin    POST   /admin/api/reports/statements/{month}/reopen
                    viewer   GET    /admin/api/reconciliation
                    viewer   GET    /admin/api/prices
                    admin    POST   /admin/api/prices
                    viewer   GET    /admin/api/vendor-balance
                    viewer   GET    /admin/api/vendor-balance/purchases
                    admin    POST   /admin/api/vendor-balance/purchases
                    viewer   GET    /admin/api/alerts
                    operator POST   /admin/api/alerts/{id}/acknowledge
                    viewer   GET    /admin/api/ledger-check
                    viewer   GET    /admin/api/audit
                    viewer   GET    /console +member
                    viewer   GET    /console/tasks +member
                    operator GET    /console/tasks/refund
                    operator POST   /console/tasks/refund
                    viewer   GET    /console/tasks/{id} +member
                    viewer   GET    /console/tasks/{id}/clip +member
                    operator POST   /console/tasks/{id}/cancel
                    operator POST   /console/tasks/{id}/resolve
                    operator POST   /console/tasks/{id}/ask
                    viewer   GET    /console/teams +member
                    admin    POST   /console/teams
                    viewer   GET    /console/teams/{slug} +member
                    admin    GET    /console/teams/{slug}/limits
                    admin    POST   /console/teams/{slug}/limits
                    admin    GET    /console/teams/{slug}/budget
                    admin    POST   /console/teams/{slug}/budget
                    admin    POST   /console/teams/{slug}/topups
                    operator POST   /console/teams/{slug}/suspend
                    operator POST   /console/teams/{slug}/resume
                    admin    POST   /console/teams/{slug}/archive
                    admin    POST   /console/teams/{slug}/keys +member
                    admin    POST   /console/teams/{slug}/keys/{id}/rotate +member
                    admin    POST   /console/teams/{slug}/keys/{id}/revoke +member
                    operator POST   /console/teams/{slug}/keys/{id}/suspend +member
                    operator POST   /console/teams/{slug}/keys/{id}/resume +member
                    viewer   GET    /console/playground +member
                    viewer   POST   /console/playground/quote +member
                    admin    POST   /console/playground +member
                    viewer   GET    /console/playground/{id} +member
                    viewer   GET    /console/reports
                    viewer   GET    /console/reports/entries
                    viewer   GET    /console/reconciliation
                    viewer   GET    /console/statements
                    viewer   GET    /console/statements/{month}
                    admin    POST   /console/statements/{month}/close
                    viewer   GET    /console/statements/{month}/{team}
                    viewer   GET    /console/vendor
                    operator POST   /console/vendor/pause
                    operator POST   /console/vendor/resume
                    operator POST   /console/vendor/creates/stop
                    operator POST   /console/vendor/creates/resume
                    admin    POST   /console/vendor/purchases
                    viewer   GET    /console/alerts
                    operator POST   /console/alerts/{id}/acknowledge
                    viewer   GET    /console/audit
                    viewer   GET    /console/admins
                    admin    POST   /console/admins
                    admin    POST   /console/admins/keys/{id}/rotate
                    admin    POST   /console/admins/keys/{id}/revoke
                    viewer   GET    /console/prices
                    admin    POST   /console/prices
                    viewer   GET    /console/webhooks +member
                    viewer   GET    /console/webhooks/{id} +member
                    operator POST   /console/webhooks/{id}/deliveries/{delivery}/redeliver +member
                    admin    POST   /console/webhooks/{id}/remove +member
                    public   GET    /
                    public   GET    /clips/{id}
                    public   GET    /console/login
                    public   GET    /v3/api-docs
                    public   GET    /v3/api-docs.yaml
                    public   ANY    /error
                    """);

    private static final String UNKNOWN = "sd15p_aaaaaaaaaaaaaaaaaaaa";
    private static final int REDIRECT = 302;

    private static final Gateway gateway = Gateway.shared();

    @Test
    void namesEveryRouteThatThereIsAndNoOther() {
        Set<String> mapped = new TreeSet<>();
        for (RequestMappingInfo route :
                gateway.bean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class)
                        .getHandlerMethods()
                        .keySet()) {
            Set<RequestMethod> methods = route.getMethodsCondition().getMethods();
            for (String path : route.getPatternValues()) {
                methods.forEach(method -> mapped.add(method + " " + path));
                if (methods.isEmpty()) {
                    mapped.add("ANY " + path);
                }
            }
        }
        assertThat(mapped).isEqualTo(new TreeSet<>(LEAST.keySet()));
    }

    @Test
    void letsInWhoMayAndNobodyElse() {
        Map<Caller, String[]> callers = callers();
        List<String> wrong = new ArrayList<>();
        LEAST.forEach((route, least) ->
                callers.forEach((caller, headers) -> {
                    int expected = expected(route, least, caller);
                    Answer answer = ask(route, headers);
                    boolean right =
                            expected == 0
                                    ? isLetIn(answer)
                                    : answer.status() == expected
                                            && (expected != REDIRECT
                                                    || "/console/login"
                                                            .equals(answer.header("Location")));
                    if (!right) {
                        wrong.add(
                                "%s by %s: expected %s, was %d"
                                        .formatted(
                                                route,
                                                caller.name(),
                                                expected == 0 ? "to be let in" : expected,
                                                answer.status()));
                    }
                }));
        assertThat(wrong).isEmpty();
        // Nobody was let in by a table that has become empty.
        assertThat(LEAST.size() * callers.size()).isGreaterThan(1000);
    }

    @Test
    void tellsNothingOfAnotherTeamsTask() {
        Team owner = gateway.team();
        Team other = gateway.team();
        String task = owner.create("ours");
        for (String route :
                List.of(
                        "GET /api/status?task_id={id}",
                        "GET /api/tasks/{id}",
                        "GET /api/tasks/{id}/clip",
                        "POST /api/tasks/{id}/clip/link",
                        "DELETE /api/tasks/{id}")) {
            String[] call = route.split(" ", 2);
            Answer foreign =
                    gateway.call(call[0], call[1].replace("{id}", task), other.key(), null);
            Answer unknown =
                    gateway.call(call[0], call[1].replace("{id}", UNKNOWN), other.key(), null);
            assertThat(foreign.status()).as(route).isEqualTo(404);
            assertThat(withoutRequestId(foreign)).isEqualTo(withoutRequestId(unknown));
        }
        assertThat(owner.task(task).get("phase").asString()).isNotEqualTo("FAILED");
    }

    @Test
    void refusesInTheFormOfItsDoor() {
        Answer admin = gateway.call("POST", "/admin/api/teams", adminKey("viewer"), "{}");
        assertThat(admin).hasHeader("Content-Type", "application/problem+json").hasError(FORBIDDEN);
        String reader =
                gateway.key(
                        gateway.team().slug(), Json.of("name", "r", "scopes", List.of("status")));
        Answer team = gateway.call("POST", "/api/quote", reader, "{}");
        assertThat(team.json()).has("code", 403);
        for (String key : List.of(adminKey("viewer"), Gateway.ADMIN_KEY)) {
            assertThat(gateway.call("GET", "/admin/api/nothing", key, null)).hasStatus(404);
            assertThat(gateway.call("PUT", "/admin/api/teams", key, null)).hasStatus(405);
        }
    }

    /** 0 = let in, whatever comes of the call. */
    private static int expected(String route, String least, Caller caller) {
        if (least.equals("public")) {
            return 0;
        }
        String door = route.split("/", 3)[1];
        if (!caller.door().equals(door)) {
            return door.equals("console") ? REDIRECT : 401;
        }
        return Arrays.stream(least.split(" ")).anyMatch(caller.may()::contains) ? 0 : 403;
    }

    private static boolean isLetIn(Answer answer) {
        return answer.status() < 500 && !Set.of(401, 403, REDIRECT).contains(answer.status());
    }

    /**
     * In a form that does nothing even for who is let in: the body is no object, ids are unknown.
     */
    private static Answer ask(String route, String[] headers) {
        String[] parts = route.split(" ", 2);
        String method = parts[0].equals("ANY") ? "GET" : parts[0];
        String path =
                parts[1].replace("{slug}", "nobodys-team")
                        .replace("keys/{id}", "keys/0")
                        .replace("alerts/{id}", "alerts/0")
                        .replace("webhooks/{id}", "webhooks/0")
                        .replace("deliveries/{id}", "deliveries/0")
                        .replace("{delivery}", "0")
                        .replace("{id}", UNKNOWN)
                        .replace("{team}", "nobodys-team")
                        .replace("{project}", "nobodys-project")
                        .replace("{month}", "x");
        if (method.equals("POST") && path.startsWith("/console")) {
            return submit(path, headers);
        }
        boolean body = Set.of("POST", "PATCH", "PUT").contains(method);
        return gateway.call(method, path, null, body ? "[]" : null, headers);
    }

    /** As a form of the console's own pages. */
    private static Answer submit(String path, String[] headers) {
        Answer page = gateway.call("GET", "/console/login", null, null);
        Matcher token = Pattern.compile("name=\"_csrf\" value=\"([^\"]+)\"").matcher(page.body());
        assertThat(token.find()).isTrue();
        String cookie = String.valueOf(page.header("Set-Cookie")).split(";", 2)[0];
        String[] with = headers.clone();
        boolean session = with.length > 0 && with[0].equals("Cookie");
        if (session) {
            with[1] += "; " + cookie;
        }
        return gateway.call(
                "POST",
                path + "?reason=%01&_csrf=" + token.group(1),
                null,
                null,
                session
                        ? with
                        : Stream.concat(Arrays.stream(with), Stream.of("Cookie", cookie))
                                .toArray(String[]::new));
    }

    private static Map<Caller, String[]> callers() {
        Map<Caller, String[]> callers = new LinkedHashMap<>();
        callers.put(new Caller("nobody", "", Set.of()), new String[0]);
        callers.put(new Caller("a garbage key", "", Set.of()), bearer("garbage"));
        addTeamKeys(callers);
        addAdminKeys(callers);
        ConsoleSessionStore sessions = gateway.bean(ConsoleSessionStore.class);
        for (Role role : Role.values()) {
            String token = sessions.open("somebody", role, ConsolePrincipal.Method.OIDC, null);
            callers.put(
                    new Caller("a " + role.text() + "'s session", "console", upTo(role)),
                    session(token));
        }
        long team = gateway.bean(Teams.class).get(gateway.team().slug()).id();
        callers.put(
                new Caller("a member's session", "console", Set.of("member")),
                session(sessions.openOfMember("somebody", List.of(team))));
        String token =
                sessions.open("admin", Role.ADMIN, ConsolePrincipal.Method.PASSWORD, new byte[32]);
        callers.put(
                new Caller("a session of a key that was changed", "", Set.of()), session(token));
        return callers;
    }

    private static void addTeamKeys(Map<Caller, String[]> callers) {
        Team team = gateway.team();
        for (Set<String> scopes :
                List.of(Set.of("status"), Set.of("generate"), Set.of("generate", "status"))) {
            String wanted =
                    scopes.stream().map(it -> "\"" + it + "\"").collect(Collectors.joining(","));
            callers.put(
                    new Caller("a team's key for " + scopes, "api", scopes),
                    bearer(key(team, ",\"scopes\":[" + wanted + "]")));
        }
        String suspended = key(team, "");
        String revoked = key(team, "");
        String expired = key(team, "");
        change(suspended, "api_key", "suspended = true");
        change(revoked, "api_key", "revoked_at = now()");
        change(expired, "api_key", "expires_at = now()");
        Team gone = gateway.team();
        gateway.admin("POST", "/teams/" + gone.slug() + "/archive", null);
        callers.put(new Caller("a suspended key", "api", Set.of()), bearer(suspended));
        callers.put(new Caller("a revoked key", "", Set.of()), bearer(revoked));
        callers.put(new Caller("an expired key", "", Set.of()), bearer(expired));
        callers.put(new Caller("a key of an archived team", "", Set.of()), bearer(gone.key()));
        Awaitility.await()
                .until(() -> gateway.call("GET", "/api/credits", gone.key(), null).status() == 401);
    }

    private static void addAdminKeys(Map<Caller, String[]> callers) {
        for (Role role : Role.values()) {
            callers.put(
                    new Caller("a key of the " + role.text(), "admin", upTo(role)),
                    bearer(adminKey(role.text())));
        }
        callers.put(
                new Caller("the bootstrap key", "admin", upTo(Role.ADMIN)),
                bearer(Gateway.ADMIN_KEY));
        String revoked = adminKey("admin");
        String expired = adminKey("admin");
        change(revoked, "admin_key", "revoked_at = now()");
        change(expired, "admin_key", "expires_at = now()");
        callers.put(new Caller("a revoked admin key", "", Set.of()), bearer(revoked));
        callers.put(new Caller("an expired admin key", "", Set.of()), bearer(expired));
    }

    /**
     * A key nobody has used yet is not remembered, so a change behind the scenes counts at once.
     */
    private static void change(String key, String table, String change) {
        gateway.database()
                .execute(
                        "update %s set %s where hash = sha256('%s'::bytea)"
                                .formatted(table, change, key));
    }

    private static Set<String> upTo(Role highest) {
        Set<String> may = new TreeSet<>();
        for (Role role : Role.values()) {
            if (role.compareTo(highest) <= 0) {
                may.add(role.text());
            }
        }
        return may;
    }

    private static String key(Team team, String more) {
        return gateway.key(team.slug(), "{\"name\":\"k\"" + more + "}");
    }

    private static String adminKey(String role) {
        return gateway.admin("POST", "/admin-keys", Json.of("name", "k", "role", role))
                .json()
                .get("key")
                .stringValue();
    }

    private static String[] bearer(String key) {
        return new String[] {"Authorization", "Bearer " + key};
    }

    private static String[] session(String token) {
        return new String[] {"Cookie", CookieSecurityContextRepository.COOKIE + "=" + token};
    }

    private static String withoutRequestId(Answer answer) {
        return ((ObjectNode) answer.json()).without("request_id").toString();
    }

    private static Map<String, String> table(String text) {
        Map<String, String> table = new TreeMap<>();
        text.lines()
                .map(line -> line.split(" +"))
                .forEach(words ->
                        table.put(
                                words[1] + " " + words[2],
                                words[0] + (words.length > 3 ? " member" : "")));
        return table;
    }

    /**
     * Somebody who calls.
     *
     * @param door the first word of the paths where they are known at all
     */
    private record Caller(String name, String door, Set<String> may) {}
}
