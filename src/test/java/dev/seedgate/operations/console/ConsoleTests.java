package dev.seedgate.operations.console;

import static dev.seedgate.operations.console.ConsoleClient.text;
import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Json;
import dev.seedgate.testing.TestDatabase;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The console's pages, asked for and sent as a browser without script does it. */
class ConsoleTests {

    // A page of the list holds 50.
    private static final int MORE_THAN_A_PAGE = 53;

    private static final Gateway gateway = Gateway.shared();
    private static final ConsoleClient admin = ConsoleClient.admin(gateway);

    /** For what the shared one must not be: stopped, or let into the own network. */
    private static Gateway own;

    @BeforeAll
    static void start() {
        own =
                Gateway.start(
                        TestDatabase.create(),
                        gateway.vendor(),
                        "seedgate.clips-allow-internal=true");
    }

    @AfterAll
    static void stop() {
        own.close();
    }

    @Test
    void everyPageOfTheNavigationIsThereWithNothingInline() {
        List<String> paths =
                gateway.bean(Navigation.class).getGroups().stream()
                        .flatMap(it -> it.links().stream())
                        .map(Navigation.Link::path)
                        .toList();
        assertThat(paths).contains("/console", "/console/tasks", "/console/teams");
        for (String path : paths) {
            assertThat(admin.page(path))
                    .contains("aria-current=\"page\"", "<main id=\"main\"")
                    .doesNotContain("style=", "<style", "<script>", "onclick", "hx-on", "js:");
        }
    }

    @Test
    void saysInOneSentenceWhatKeepsCreatesBack() {
        ConsoleClient client = ConsoleClient.admin(own);
        assertThat(client.page("/console")).contains("All is well.", "Nothing waits for you.");
        own.admin("POST", "/upstream/creates/stop", null);
        try {
            // A snapshot lives a second.
            Awaitility.await()
                    .untilAsserted(() ->
                            assertThat(client.page("/console?live"))
                                    .contains(
                                            "An operator stopped all creates at", ": they get 503.")
                                    .doesNotContain("<html", "All is well."));
        } finally {
            own.admin("POST", "/upstream/creates/resume", null);
        }
    }

    /** A page may play from this server only, so the clip is passed on. */
    @Test
    void playsAClipFromItsOwnAddress() throws Exception {
        HttpServer media =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        media.createContext(
                "/clip.mp4",
                exchange -> {
                    exchange.getResponseHeaders().add("Content-Type", "video/mp4");
                    exchange.sendResponseHeaders(200, 7);
                    exchange.getResponseBody().write("a video".getBytes(StandardCharsets.US_ASCII));
                    exchange.close();
                });
        media.start();
        try {
            Team team = own.team();
            String task = team.create("A kite");
            own.vendor()
                    .finish(
                            team.upstreamId(task),
                            "http://127.0.0.1:" + media.getAddress().getPort() + "/clip.mp4");
            team.await(task, "SUCCEEDED");
            String clip = "/console/tasks/" + task + "/clip";
            ConsoleClient viewer = ConsoleClient.of(own, "viewer");
            assertThat(viewer.page("/console/tasks/" + task)).contains("src=\"" + clip + "\"");
            Answer answer = viewer.get(clip);
            assertThat(answer).hasStatus(200);
            assertThat(answer.header("Content-Type")).isEqualTo("video/mp4");
            assertThat(answer.body()).isEqualTo("a video");
            assertThat(own.send(own.request(clip).GET().build())).hasStatus(302);
        } finally {
            media.stop(0);
        }
    }

    @Test
    void offersAViewerNoActs() {
        Team team = gateway.team();
        String task = team.create("A kite");
        ConsoleClient viewer = ConsoleClient.of(gateway, "viewer");
        for (String path :
                List.of(
                        "/console/teams",
                        "/console/teams/" + team.slug(),
                        "/console/tasks/" + task)) {
            assertThat(viewer.page(path))
                    .doesNotContain("Make a team", "Make a key", "Top up", "Revoke", ">Suspend<");
        }
        assertThat(
                        viewer.submit(
                                viewer.get("/console"),
                                "/console/teams",
                                Map.of("slug", "x", "name", "X")))
                .hasStatus(403);
    }

    @Test
    void takesNoFormWithoutItsToken() {
        Answer answer = admin.post("/console/teams", Map.of("slug", "forged", "name", "Forged"));
        assertThat(answer).hasStatus(302);
        assertThat(answer.header("Location")).isEqualTo("/console/login?expired");
        assertThat(gateway.admin("GET", "/teams/forged", null)).hasStatus(404);
    }

    @Test
    void totalsAreThoseOfTheFilterOnEveryPageAndInTheFile() {
        Team team = gateway.team();
        for (int i = 0; i < MORE_THAN_A_PAGE; i++) {
            team.create("A kite, take " + i);
        }
        String base = "/console/tasks?team=" + team.slug() + "&phase=QUEUED,SUBMITTING,RENDERING";
        String key =
                "&key="
                        + gateway.database()
                                .text(
                                        "select k.id from api_key k join team t on t.id = k.team_id where t.slug = '%s'"
                                                .formatted(team.slug()));
        for (String more : List.of("", key, "&text=KITE,%20TAKE", key + "&text=kite")) {
            String first = admin.page(base + more);
            String older = href(first, "Older");
            assertThat(older).contains("team=" + team.slug(), "phase=", "cursor=sd15p_");
            for (String page : List.of(first, admin.page(older))) {
                assertThat(text(page))
                        .contains(
                                MORE_THAN_A_PAGE + " tasks created",
                                "3,445 charged",
                                "0 refunded",
                                "3,445 net credits");
            }
            assertThat(rows(first) + rows(admin.page(older))).isEqualTo(MORE_THAN_A_PAGE);
            Answer file = admin.get(href(first, "CSV"));
            assertThat(file.header("Content-Type")).startsWith("text/csv");
            assertThat(file.body().lines()).hasSize(MORE_THAN_A_PAGE + 1);
            assertThat(file.body()).doesNotContain("A kite").contains("," + team.slug() + ",");
        }
        String first = admin.page(base);
        // A filter that is taken away leaves the others.
        assertThat(first).contains("href=\"/console/tasks?phase=QUEUED%2CSUBMITTING%2CRENDERING\"");
    }

    @Test
    void findsATaskByItsIdOrTheVendors() {
        Team team = gateway.team();
        String task = team.create("A kite");
        String upstream = team.upstreamId(task);
        assertThat(admin.get("/console/tasks?q=%20" + task).header("Location"))
                .isEqualTo("/console/tasks/" + task);
        assertThat(admin.page("/console/tasks?q=" + upstream))
                .contains("/console/tasks/" + task, "value=\"" + upstream + "\"");
        Answer wrong = admin.get("/console/tasks?phase=NONE&project=film");
        assertThat(wrong).hasStatus(400);
        assertThat(wrong.body()).contains("role=\"alert\"", "value=\"film\"");
    }

    @Test
    void showsWhereATasksCreditsWentAndResolvesIt() {
        Team team = gateway.team();
        // The answer below is for this task alone; those of suspended teams are not sent.
        Awaitility.await()
                .until(
                        () ->
                                gateway.database()
                                        .text(
                                                "select count(*) from work w join team t on t.id = w.team_id where w.kind in ('submit', 'sent') and not t.suspended"),
                        "0"::equals);
        gateway.vendor().onGenerate(gateway.vendor().acceptAndReset());
        String task = team.create("A kite");
        team.await(task, "UNCERTAIN");
        String path = "/console/tasks/" + task;
        Answer page = admin.get(path);
        assertThat(text(page.body())).contains("held → team 65", "company → possible loss 65");
        // Its sender may still bring an answer: refused, and what was typed stays.
        Map<String, String> refund = Map.of("outcome", "REFUND", "reason", "asked the vendor");
        Answer early = admin.submit(page, path + "/resolve", refund);
        assertThat(early).hasStatus(409);
        assertThat(early.body()).contains("role=\"alert\"", "value=\"asked the vendor\"");
        gateway.database()
                .execute("update work set leased_until = null where task_id = '" + task + "'");
        Answer done = admin.submit(page, path + "/resolve", refund);
        assertThat(done.header("Location")).isEqualTo(path + "?done=refunded");
        assertThat(text(admin.page(path + "?done=refunded")))
                .contains("The charge went back to the team.", "The team pays nothing");
        assertThat(
                        gateway.database()
                                .text(
                                        "select actor from audit_entry where action = 'task.refund' and object = 'task:"
                                                + task
                                                + "'"))
                .isEqualTo("password:admin");
    }

    @Test
    void makesATeamAndKeepsWhatWasTypedWhenRefused() {
        Answer page = admin.get("/console/teams");
        Answer refused =
                admin.submit(
                        page,
                        "/console/teams",
                        Map.of("slug", "No Slug", "name", "Kites", "monthly_quota", "many"));
        assertThat(refused).hasStatus(400);
        assertThat(refused.body())
                .contains(
                        "role=\"alert\"", "value=\"No Slug\"", "value=\"Kites\"", "value=\"many\"");
        Answer made =
                admin.submit(
                        page,
                        "/console/teams",
                        Map.of("slug", "kites", "name", "Kites", "monthly_quota", "5,000"));
        assertThat(made.header("Location")).isEqualTo("/console/teams/kites?done=created");
        assertThat(gateway.admin("GET", "/teams/kites", null).json().get("monthly_quota").asLong())
                .isEqualTo(5000);
        assertThat(admin.page("/console/teams/kites"))
                .contains("curl -X POST http://", "Make a key");
    }

    @Test
    void showsANewKeyOnce() {
        Team team = gateway.team();
        String path = "/console/teams/" + team.slug();
        Answer shown =
                admin.submit(
                        admin.get(path),
                        path + "/keys",
                        Map.of("name", "the app", "scopes", "generate,status"));
        assertThat(shown).hasStatus(200);
        Matcher key = Pattern.compile("<pre tabindex=\"0\">(sg_[^<]+)</pre>").matcher(shown.body());
        assertThat(key.find()).as(shown.body()).isTrue();
        assertThat(gateway.call("GET", "/api/credits", key.group(1), null)).hasStatus(200);
        assertThat(shown.body()).contains("data-reload=\"" + path + "\"");
        assertThat(admin.page(path)).contains("the app").doesNotContain(key.group(1));
    }

    @Test
    void showsWhatALimitWouldDoAndSavesItForTheVersionThatWasSeen() {
        Team team = gateway.team("monthly_quota", 1000);
        team.create("A kite");
        String path = "/console/teams/" + team.slug() + "/limits";
        Answer seen = admin.get(path + "?check=1&version=0&name=Team&weight=1&monthly_quota=65");
        assertThat(text(seen.body()))
                .contains(
                        "1,000 credits → 65 credits",
                        "65 are used this month, so its next create is refused");
        Answer saved = admin.submitHidden(seen, path);
        assertThat(saved.header("Location")).as(saved.body()).endsWith("?done=changed");
        assertThat(
                        gateway.admin("GET", "/teams/" + team.slug(), null)
                                .json()
                                .get("monthly_quota")
                                .asLong())
                .isEqualTo(65);
        Map<String, String> form =
                Map.of("version", "0", "name", "Team", "weight", "1", "monthly_quota", "65");
        Answer stale = admin.submit(seen, path, form);
        assertThat(stale).hasStatus(412);
        assertThat(stale.body()).contains("role=\"alert\"", "value=\"65\"");
    }

    @Test
    void showsATeamWithoutAQuotaAsUnlimited() {
        Team team = gateway.team();
        assertThat(text(admin.page("/console/teams/" + team.slug())))
                .contains("Can still be charged unlimited")
                .doesNotContain("none left");
    }

    @Test
    void booksATopUpOnce() {
        Team team = gateway.team("monthly_quota", 0);
        String path = "/console/teams/" + team.slug();
        Answer page = admin.get(path);
        Map<String, String> form = Map.of("credits", "500", "reason", "fair", "once", "abc");
        for (int i = 0; i < 2; i++) {
            assertThat(admin.submit(page, path + "/topups", form).header("Location"))
                    .isEqualTo(path + "?done=topped-up");
        }
        assertThat(team.credits().get("top_ups").asLong()).isEqualTo(500);
        Answer none =
                admin.submit(page, path + "/topups", Map.of("credits", "0", "reason", "fair"));
        assertThat(none).hasStatus(400);
        assertThat(none.body()).contains("credits must not be 0.", "value=\"fair\"");
    }

    /** However long the lists are. */
    @Test
    void asksTheDatabaseAFixedNumberOfTimes() {
        Team few = gateway.team();
        few.create("A kite");
        Team many = gateway.team();
        for (int i = 0; i < 10; i++) {
            many.create("A kite");
            gateway.key(many.slug(), Json.of("name", "key " + i));
        }
        try (StatementCount statements = new StatementCount()) {
            Answer one = admin.get("/console/tasks?team=" + few.slug());
            Answer ten = admin.get("/console/tasks?team=" + many.slug());
            assertThat(statements.of(ten)).isEqualTo(statements.of(one)).isBetween(1, 12);
            Answer small = admin.get("/console/teams/" + few.slug());
            Answer large = admin.get("/console/teams/" + many.slug());
            assertThat(statements.of(large)).isEqualTo(statements.of(small)).isBetween(1, 16);
            assertThat(statements.of(admin.get("/console/teams"))).isBetween(1, 10);
        }
    }

    private static String href(String page, String title) {
        Matcher link = Pattern.compile("href=\"([^\"]+)\"[^>]*>[^<]*" + title).matcher(page);
        assertThat(link.find()).as(page).isTrue();
        return link.group(1).replace("&amp;", "&");
    }

    private static int rows(String page) {
        return (int) page.lines().filter(it -> it.contains("<th scope=\"row\"")).count();
    }
}
