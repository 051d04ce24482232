package dev.seedgate.operations.console;

import static dev.seedgate.operations.console.ConsoleClient.found;
import static dev.seedgate.operations.console.ConsoleClient.text;
import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.access.apikey.KeySettings;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/** The console for members of teams: their own teams whole, and of any other not even a word. */
class MemberPagesTests {

    private static final String UNKNOWN_TASK = "sd15p_aaaaaaaaaaaaaaaaaaaa";
    private static final String PROMPT = "A secret of the other team";

    // Of a page for a browser, of a part of one, of a file, and what lists are narrowed by.
    private static final List<String> QUERIES =
            List.of(
                    "?team={slug}",
                    "?live&team={slug}",
                    "?format=csv&team={slug}",
                    "?q={id}",
                    "?upstream_task_id={id}",
                    "?done=created");

    private static final Gateway gateway = Gateway.shared();

    /**
     * Every route that there is, with what belongs to another team and with what never was: the
     * answers are the same. A page that is new is walked too, and closed until somebody opens it.
     */
    @Test
    void tellsAnotherTeamsThingsFromNoneAtNoRoute() {
        Team other = gateway.team("name", "The other team");
        String task = other.create(PROMPT);
        gateway.vendor().finish(other.upstreamId(task), "https://cdn.example/secret.mp4");
        other.await(task, "SUCCEEDED");
        String webhook = ConsoleData.webhook(other);
        String delivery =
                gateway.call("POST", "/api/webhooks/" + webhook + "/test", other.key(), null)
                        .data()
                        .get("id")
                        .asString();
        String key = keyId(other);
        Things theirs = new Things(other.slug(), task, key, webhook, delivery);
        Things none = new Things("never-was-a-team", UNKNOWN_TASK, "0", "0", "0");
        String before = state(other);

        ConsoleClient member = ConsoleClient.member(gateway, gateway.team());
        Answer form = member.get("/console");
        Set<String> open = new TreeSet<>();
        List<String> wrong = new ArrayList<>();
        for (String route : routes()) {
            for (String query : route.startsWith("GET") ? QUERIES : List.of("")) {
                Answer foreign = ask(member, form, route, query, theirs);
                Answer unknown = ask(member, form, route, query, none);
                String reads = without(foreign, theirs);
                if (foreign.status() != 403) {
                    open.add(route);
                }
                boolean ofOne = route.contains("{");
                if (foreign.status() != unknown.status()
                        || !reads.equals(without(unknown, none))
                        || (ofOne && !Set.of(403, 404).contains(foreign.status()))
                        || Stream.of(PROMPT, "The other team", "cdn.example")
                                .anyMatch(reads::contains)) {
                    wrong.add(
                            "%s%s: %d, and %d where there is none"
                                    .formatted(route, query, foreign.status(), unknown.status()));
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(open)
                .hasSize(19)
                .contains("GET /console/tasks/{id}/clip", "POST /console/teams/{slug}/keys");
        assertThat(state(other)).isEqualTo(before);
    }

    @Test
    void leadsToWhatAMemberMayOpenAndNowhereElse() {
        Team team = gateway.team();
        String task = team.create("A kite");
        String webhook = ConsoleData.webhook(team);
        ConsoleClient member = ConsoleClient.member(gateway, team, gateway.team());
        List<String> wrong = new ArrayList<>();
        for (String path :
                List.of(
                        "/console",
                        "/console/teams",
                        "/console/teams/" + team.slug(),
                        "/console/tasks",
                        "/console/tasks/" + task,
                        "/console/playground?team=" + team.slug(),
                        "/console/playground/" + task,
                        "/console/webhooks",
                        "/console/webhooks/" + webhook,
                        "/console/nothing")) {
            Answer page = member.get(path);
            assertThat(page).hasStatus(path.endsWith("nothing") ? 404 : 200);
            assertThat(page.body()).doesNotContain("style=", "<script>", "hx-on");
            Matcher links = Pattern.compile("href=\"(/console[^\"#]*)[\"#]").matcher(page.body());
            while (links.find()) {
                String to = links.group(1).replace("&amp;", "&");
                if (!Set.of(200, 302).contains(member.get(to).status())) {
                    wrong.add(path + " leads to " + to);
                }
            }
            Matcher forms = Pattern.compile("action=\"(/console[^\"]*)\"").matcher(page.body());
            while (forms.find()) {
                if (forms.group(1).matches(".*/(limits|topups|archive|cancel|resolve)")) {
                    wrong.add(path + " offers " + forms.group(1));
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void showsOnTheFirstPageHowEachOfTheirTeamsStands() {
        Team studio = gateway.team("name", "Studio", "monthly_quota", 500, "max_in_flight", 20);
        Team social = gateway.team("name", "Social", "monthly_quota", 100);
        studio.create("A kite");
        ConsoleClient member = ConsoleClient.member(gateway, studio, social);
        String page = text(member.page("/console"));
        assertThat(page)
                .contains("Studio", "Credits left 435", "In flight 1 of 20")
                .contains("Used this month 65 of 500", "Social", "Credits left 100")
                .doesNotContain("vendor", "Open work", "At the vendor");
        Answer live = member.get("/console?live");
        assertThat(live.body())
                .contains("id=\"own\"", "Studio", "Social")
                .doesNotContain("<html", "At the vendor");
    }

    @Test
    void listsTheTasksOfTheirTeamsAloneWithoutWhatIsTheVendors() {
        Team one = gateway.team();
        Team two = gateway.team();
        Team other = gateway.team();
        String first = one.create("A kite");
        String second = two.create("A boat");
        String film =
                two.post(
                                Json.of("prompt", "x", "aspect_ratio", "16:9", "duration", "5"),
                                "X-Project",
                                "film")
                        .data()
                        .get("task_id")
                        .stringValue();
        String foreign = other.create(PROMPT);
        String vendors = one.upstreamId(first);
        ConsoleClient member = ConsoleClient.member(gateway, one, two);
        for (String query :
                List.of(
                        "",
                        "?phase=QUEUED,SUBMITTING,RENDERING",
                        "?from=2020-01-01",
                        "?format=csv")) {
            assertThat(member.page("/console/tasks" + query))
                    .as(query)
                    .contains(first, second, one.slug(), two.slug())
                    .doesNotContain(foreign, other.slug(), vendors, "upstream");
        }
        assertThat(member.page("/console/tasks?project=film"))
                .contains(film)
                .doesNotContain(first, second);
        assertThat(member.page("/console/tasks?team=" + two.slug()))
                .contains(second, film)
                .doesNotContain(first);
        assertThat(member.get("/console/tasks?q=" + first).header("Location"))
                .isEqualTo("/console/tasks/" + first);
        for (String query :
                List.of("q=" + vendors, "upstream_task_id=" + vendors, "q=" + foreign)) {
            Answer page = member.get("/console/tasks?" + query);
            assertThat(page).hasStatus(404);
            assertThat(page.body()).doesNotContain(first, PROMPT);
        }
        assertThat(text(member.page("/console/tasks/" + first)))
                .contains("A kite", "team → held", "Order it again with curl")
                .doesNotContain(vendors, "Vendor", "What the vendor said", "Evidence");
        assertThat(
                        gateway.database()
                                .text(
                                        "select distinct actor from audit_entry where action = 'prompt.read' and object = 'task:"
                                                + first
                                                + "'"))
                .isEqualTo("oidc:mia@example.com");
    }

    @Test
    void makesAndEndsKeysOfTheirTeamUnderTheirName() {
        Team team = gateway.team();
        ConsoleClient member = ConsoleClient.member(gateway, team);
        String path = "/console/teams/" + team.slug();
        Answer page = member.get(path);
        assertThat(page.body())
                .contains("Make the key", "Revoke")
                .doesNotContain("Top up", "What was changed", ">Limits<", "Archive");
        Answer made =
                member.submit(
                        page, path + "/keys", Map.of("name", "mine", "scopes", "generate,status"));
        assertThat(made).hasStatus(200);
        String key = found(made, "<pre[^>]*>(sg[^<]+)</pre>");
        assertThat(gateway.call("GET", "/api/credits", key, null)).hasStatus(200);
        String id =
                gateway.database()
                        .text(
                                "select id from api_key where name = 'mine' and team_id = "
                                        + id(team));
        for (String act : List.of("suspend", "resume", "rotate", "revoke")) {
            Answer done =
                    member.submit(
                            page, path + "/keys/" + id + "/" + act, Map.of("overlap", "PT1H"));
            assertThat(done.status()).as(act + done.body()).isIn(200, 302);
        }
        assertThat(
                        gateway.database()
                                .rows(
                                        "select action || ' ' || actor from audit_entry where object = 'team:"
                                                + team.slug()
                                                + "/key:"
                                                + id
                                                + "' order by id"))
                .isNotEmpty()
                .allMatch(it -> it.endsWith(" oidc:mia@example.com"))
                .anyMatch(it -> it.startsWith("key.revoke"));
    }

    @Test
    void makesNoMoreKeysThanATeamsMembersMay() {
        Team team = gateway.team();
        int most = gateway.bean(KeySettings.class).keysPerTeam();
        // It has one already, and one more is the member's.
        for (int i = 2; i < most; i++) {
            gateway.key(team.slug(), Json.of("name", "of many"));
        }
        ConsoleClient member = ConsoleClient.member(gateway, team);
        String path = "/console/teams/" + team.slug();
        Map<String, String> key = Map.of("name", "k", "scopes", "status");
        assertThat(member.submit(member.get(path), path + "/keys", key)).hasStatus(200);
        Answer full = member.submit(member.get(path), path + "/keys", key);
        assertThat(full).hasStatus(400);
        assertThat(full.body()).contains("has " + most + " keys", "ask an admin");
        ConsoleClient admin = ConsoleClient.admin(gateway);
        assertThat(admin.submit(admin.get(path), path + "/keys", key)).hasStatus(200);
    }

    @Test
    void ordersInThePlaygroundForTheirTeam() {
        Team team = gateway.team("monthly_quota", 500);
        ConsoleClient member = ConsoleClient.member(gateway, team);
        Answer page = member.get("/console/playground");
        assertThat(page.body()).contains("value=\"" + team.slug() + "\"", ">Send<");
        Map<String, String> form = new HashMap<>();
        form.put("team", team.slug());
        form.put("key", found(page, "<option value=\"([0-9]+)\"[^>]*>[^<]*\\("));
        form.put("idempotency_key", found(page, "value=\"(console-[^\"]+)\""));
        form.put("prompt", "A kite");
        form.put("aspect_ratio", "16:9");
        form.put("duration", "5");
        String location =
                Objects.requireNonNull(
                        member.submit(page, "/console/playground", form).header("Location"));
        assertThat(location).startsWith("/console/playground/sd15p_");
        assertThat(member.page(location)).contains("A kite");
        assertThat(member.page(location + "?live")).contains("id=\"phases\"");
        assertThat(team.credits().get("used").asLong()).isEqualTo(65);
        assertThat(
                        gateway.database()
                                .text(
                                        "select actor from audit_entry where action = 'task.create' and object = 'team:"
                                                + team.slug()
                                                + "'"))
                .isEqualTo("oidc:mia@example.com");
        // Without the token of the form nothing is done in their name.
        form.put("idempotency_key", "another");
        assertThat(member.post("/console/playground", form).header("Location"))
                .isEqualTo("/console/login?expired");
        assertThat(team.credits().get("used").asLong()).isEqualTo(65);
    }

    @Test
    void sendsAgainAndRemovesWhatTheirTeamIsToldBy() {
        Team team = gateway.team();
        String webhook = ConsoleData.webhook(team);
        String delivery =
                gateway.call("POST", "/api/webhooks/" + webhook + "/test", team.key(), null)
                        .data()
                        .get("id")
                        .asString();
        Awaitility.await()
                .until(
                        () ->
                                gateway.database()
                                        .text(
                                                "select count(*) from webhook_try where delivery_id = "
                                                        + delivery),
                        "1"::equals);
        ConsoleClient member = ConsoleClient.member(gateway, team);
        String path = "/console/webhooks/" + webhook;
        assertThat(member.page("/console/webhooks")).contains(path, team.slug());
        Answer page = member.get(path);
        assertThat(
                        member.submit(
                                        page,
                                        path + "/deliveries/" + delivery + "/redeliver",
                                        Map.of())
                                .header("Location"))
                .isEqualTo(path + "?done=redelivered");
        assertThat(member.submit(page, path + "/remove", Map.of()).header("Location"))
                .isEqualTo("/console/webhooks?done=removed");
        assertThat(member.get(path)).hasStatus(404);
    }

    /** What a route is asked about. */
    private record Things(String team, String task, String key, String webhook, String delivery) {

        private String in(String path) {
            return path.replace("{slug}", team)
                    .replace("{team}", team)
                    .replace("keys/{id}", "keys/" + key)
                    .replace("alerts/{id}", "alerts/0")
                    .replace("webhooks/{id}", "webhooks/" + webhook)
                    .replace("{delivery}", delivery)
                    .replace("{month}", "2001-01")
                    .replace("{id}", task);
        }

        /** What a form or a query may name, in all of them at once. */
        private Map<String, String> fields() {
            Map<String, String> fields = new LinkedHashMap<>();
            fields.put("team", team);
            fields.put("key", key);
            fields.put("name", "stolen");
            fields.put("scopes", "generate,status");
            fields.put("overlap", "PT1H");
            fields.put("outcome", "REFUND");
            fields.put("credits", "100");
            fields.put("prompt", "A kite");
            fields.put("aspect_ratio", "16:9");
            fields.put("duration", "5");
            fields.put("idempotency_key", "the-same");
            return fields;
        }
    }

    private static Set<String> routes() {
        Set<String> routes = new TreeSet<>();
        gateway.bean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class)
                .getHandlerMethods()
                .keySet()
                .forEach(route ->
                        route.getPatternValues().stream()
                                .filter(it -> it.startsWith("/console"))
                                .filter(it -> !it.equals("/console/login"))
                                .forEach(path -> {
                                    for (RequestMethod method :
                                            route.getMethodsCondition().getMethods()) {
                                        routes.add(method + " " + path);
                                    }
                                }));
        assertThat(routes).hasSizeGreaterThan(40);
        return routes;
    }

    private static Answer ask(
            ConsoleClient client, Answer form, String route, String query, Things things) {
        String[] parts = route.split(" ", 2);
        return switch (parts[0]) {
            case "GET" -> client.get(things.in(parts[1]) + things.in(query));
            case "POST" -> client.submit(form, things.in(parts[1]), things.fields());
            default -> throw new AssertionError(route);
        };
    }

    /** The page as if it had been asked for without names, and at no time. */
    private static String without(Answer answer, Things things) {
        return answer.body()
                .replace(things.task(), "TASK")
                .replace(things.team(), "TEAM")
                .replaceAll(
                        "(endpoint|key|deliveries/|delivery) " + things.webhook() + "\\b", "$1 ID")
                .replaceAll("(key|delivery) " + things.key() + "\\b", "$1 ID")
                .replaceAll("console-[0-9a-f-]{36}", "ONCE")
                .replaceAll("name=\"_csrf\" value=\"[^\"]+\"", "CSRF")
                .replaceAll("<code>[0-9a-f-]{16,36}</code>", "REQUEST")
                .replaceAll("<time.*?</time>", "TIME");
    }

    private static String state(Team team) {
        return gateway.database()
                .text(
                        """
                        select concat_ws(' ', t.slug, t.version, t.suspended, t.archived_at, a.used, a.top_ups,
                            (select string_agg(k.id || k.name || k.suspended || coalesce(k.revoked_at::text, ''), ',' order by k.id)
                                from api_key k where k.team_id = t.id),
                            (select count(*) from webhook_endpoint w where w.team_id = t.id),
                            (select count(*) from task where team_id = t.id and phase = 'SUCCEEDED'))
                        from team t join account a on a.team_id = t.id where t.slug = '%s'
                        """
                                .formatted(team.slug()));
    }

    private static long id(Team team) {
        return Long.parseLong(
                gateway.database().text("select id from team where slug = '" + team.slug() + "'"));
    }

    private static String keyId(Team team) {
        return gateway.database().text("select min(id) from api_key where team_id = " + id(team));
    }
}
