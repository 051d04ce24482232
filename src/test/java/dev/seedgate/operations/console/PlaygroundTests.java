package dev.seedgate.operations.console;

import static dev.seedgate.operations.console.ConsoleClient.found;
import static dev.seedgate.operations.console.ConsoleClient.text;
import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Json;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The console's playground: what it orders is the team's, and the admin is in the audit log. */
class PlaygroundTests {

    private static final String PATH = "/console/playground";
    private static final String PROMPT = "A kite that's \"red\" at 100% <wind>";

    private static final Gateway gateway = Gateway.shared();
    private static final ConsoleClient admin = ConsoleClient.admin(gateway);

    @Test
    void ordersForATeamOnceWithTheAdminInTheAuditLog() {
        Team team = gateway.team("monthly_quota", 500);
        Answer page = admin.get(PATH + "?team=" + team.slug());
        Map<String, String> form = order(page, team);
        form.put("sound", "1");
        form.put("project", "film");
        Answer quoted = admin.submit(page, PATH + "/quote", form);
        assertThat(quoted).hasStatus(200);
        assertThat(text(quoted.body()))
                .contains("130 credits.", "could then still be charged 370.", "X-Project: film");
        assertThat(team.credits().get("used").asLong()).isZero();

        String location = Objects.requireNonNull(admin.submit(page, PATH, form).header("Location"));
        assertThat(location).startsWith(PATH + "/sd15p_");
        assertThat(admin.submit(page, PATH, form).header("Location")).isEqualTo(location);
        assertThat(team.credits().get("used").asLong()).isEqualTo(130);
        String id = location.substring(PATH.length() + 1);
        assertThat(team.task(id).get("project").asString()).isEqualTo("film");
        assertThat(
                        gateway.database()
                                .text(
                                        "select string_agg(actor || ' ' || (after ->> 'task') || ' ' || (after ->> 'credits'), ',') from audit_entry where action = 'task.create' and object = 'team:"
                                                + team.slug()
                                                + "'"))
                .isEqualTo("password:admin " + id + " 130");
        assertThat(admin.page("/console/teams/" + team.slug())).contains("task.create");
    }

    @Test
    void showsHowFarItHasComeWithoutALookAtThePromptAndStopsAtTheEnd() {
        Team team = gateway.team();
        Answer page = admin.get(PATH + "?team=" + team.slug());
        String path =
                Objects.requireNonNull(
                        admin.submit(page, PATH, order(page, team)).header("Location"));
        String id = path.substring(PATH.length() + 1);
        assertThat(admin.page(path))
                .contains("data-live", "hx-get=\"" + path + "?live", "every 2s", "100%");
        String looks =
                "select count(*) from audit_entry where action = 'prompt.read' and object = 'task:"
                        + id
                        + "'";
        String before = gateway.database().text(looks);
        Answer live = admin.get(path + "?live");
        assertThat(live).hasStatus(200);
        assertThat(live.body()).contains("id=\"phases\"").doesNotContain("<html", "A kite");
        assertThat(gateway.database().text(looks)).isEqualTo(before);

        gateway.vendor().finish(team.upstreamId(id), "https://cdn.example/kite.mp4");
        team.await(id, "SUCCEEDED");
        Answer last = admin.get(path + "?live");
        assertThat(last).hasStatus(286);
        // A page plays what comes from the gateway itself alone.
        assertThat(last.body())
                .contains(
                        "It is done.",
                        "href=\"https://cdn.example/kite.mp4\"",
                        "src=\"/console/tasks/" + id + "/clip\"")
                .doesNotContain("src=\"https:");
        assertThat(admin.page(path)).doesNotContain("every 2s");
    }

    @Test
    void keepsWhatWasTypedWhenRefused() {
        Team team = gateway.team("monthly_quota", 100);
        Answer page = admin.get(PATH + "?team=" + team.slug());
        Map<String, String> form = order(page, team);
        form.put("duration", "10");
        form.put("image_urls", "https://a.example/1.png\nno url");
        Answer wrong = admin.submit(page, PATH, form);
        assertThat(wrong).hasStatus(400);
        assertThat(text(wrong.body())).contains("image_urls[1]");
        assertThat(wrong.body())
                .contains(
                        "role=\"alert\"",
                        "A kite that&#39;s &quot;red&quot;",
                        "value=\"" + form.get("idempotency_key") + "\"");
        form.remove("image_urls");
        // More than it has: said before by the quote, and by the refusal.
        Answer quoted = admin.submit(page, PATH + "/quote", form);
        assertThat(text(quoted.body())).contains("130 credits. It would be refused now.");
        assertThat(admin.submit(page, PATH, form).status()).isEqualTo(402);
        form.put("word", "[sandbox:fail]");
        assertThat(admin.submit(page, PATH + "/quote", form).body())
                .contains("&lt;wind&gt; [sandbox:fail]</textarea>");
    }

    @Test
    void saysWhatAnOrderNeedsFirstAndTakesNoKeyOfAnotherTeam() {
        Team team = gateway.team();
        Team other = gateway.team();
        Answer page = admin.get(PATH + "?team=" + team.slug());
        Map<String, String> form = order(admin.get(PATH + "?team=" + other.slug()), team);
        assertThat(admin.submit(page, PATH, form)).hasStatus(404);
        gateway.admin("POST", "/teams", Json.of("slug", "keyless", "name", "Keyless"));
        assertThat(text(admin.page(PATH + "?team=keyless")))
                .contains("has no key that may order now")
                .doesNotContain("Charged to the key");
        Answer unknown = admin.get(PATH + "?team=nobody-at-all");
        assertThat(unknown).hasStatus(404);
        assertThat(unknown.body()).contains("role=\"alert\"", "value=\"nobody-at-all\"");
    }

    @Test
    void letsAViewerAskForAPriceAndOrderNothing() {
        Team team = gateway.team();
        ConsoleClient viewer = ConsoleClient.of(gateway, "viewer");
        Answer page = viewer.get(PATH + "?team=" + team.slug());
        assertThat(page.body()).contains("An admin can send it.").doesNotContain(">Send<");
        Map<String, String> form = order(page, team);
        assertThat(viewer.submit(page, PATH + "/quote", form)).hasStatus(200);
        assertThat(viewer.submit(page, PATH, form)).hasStatus(403);
        ConsoleClient operator = ConsoleClient.of(gateway, "operator");
        assertThat(operator.submit(operator.get(PATH + "?team=" + team.slug()), PATH, form))
                .hasStatus(403);
        assertThat(team.credits().get("used").asLong()).isZero();
    }

    /** The form of a page, filled in. */
    private static Map<String, String> order(Answer page, Team team) {
        Map<String, String> form = new HashMap<>();
        form.put("team", team.slug());
        form.put("key", found(page, "<option value=\"([0-9]+)\"[^>]*>[^<]*\\("));
        form.put("idempotency_key", found(page, "value=\"(console-[^\"]+)\""));
        form.put("prompt", PROMPT);
        form.put("aspect_ratio", "16:9");
        form.put("duration", "5");
        return form;
    }
}
