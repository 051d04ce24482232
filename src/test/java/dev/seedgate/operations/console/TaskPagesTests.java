package dev.seedgate.operations.console;

import static dev.seedgate.operations.console.ConsoleClient.text;
import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Invariants;
import dev.seedgate.testing.Json;
import dev.seedgate.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What can be done on the pages of tasks, sent as a browser without script does it. */
class TaskPagesTests {

    private static final String CLIP = "https://cdn.seedance.example/clip.mp4";

    private static FakeVendor vendor;
    private static Gateway gateway;

    /** So far that the database's time is ahead; it goes forward only. */
    private static Duration ahead = Duration.ZERO;

    @BeforeAll
    static void start() {
        vendor = FakeVendor.start();
        gateway =
                Gateway.start(
                        TestDatabase.create(),
                        vendor,
                        // Nothing is polled by itself.
                        "seedgate.poll-first-after=1h",
                        "seedgate.poll-interval=1h",
                        "seedgate.poll-max-interval=1h",
                        "seedgate.task-max-age=2h");
    }

    /** Each signs in anew: a session ends while time passes. */
    private ConsoleClient admin;

    @BeforeEach
    void signIn() {
        admin = ConsoleClient.admin(gateway);
    }

    @AfterAll
    static void stop() {
        gateway.close();
        vendor.close();
    }

    @AfterEach
    void booksBalance() {
        Invariants.check(gateway.database());
    }

    @Test
    void asksTheVendorNowAndSaysWhatCameBack() {
        Team team = gateway.team();
        String task = team.create("A kite");
        String upstream = team.upstreamId(task);
        String path = "/console/tasks/" + task;
        assertThat(ConsoleClient.of(gateway, "viewer").page(path))
                .doesNotContain("Ask the vendor now");
        Answer page = admin.get(path);
        assertThat(page.body())
                .contains("Ask the vendor now", "it is asked again at")
                .doesNotContain("data-live");
        assertThat(asked(upstream)).isZero();
        Answer running = admin.submit(page, path + "/ask", Map.of());
        assertThat(running.header("Location")).startsWith(path + "?done=asked&asked=");
        assertThat(admin.page(next(running)))
                .contains("The vendor was asked, and answered that it still renders.");
        assertThat(asked(upstream)).isOne();
        vendor.finish(upstream, CLIP);
        Answer ended = admin.submit(page, path + "/ask", Map.of());
        assertThat(admin.page(next(ended)))
                .contains("The vendor was asked, and the task has ended.", "SUCCEEDED")
                .doesNotContain("Ask the vendor now");
        assertThat(admin.get(path + "?live&asked=x").header("HX-Refresh")).isEqualTo("true");
        Answer late = admin.submit(page, path + "/ask", Map.of());
        assertThat(late).hasStatus(409);
        assertThat(late.body()).contains("role=\"alert\"");
        assertThat(
                        gateway.database()
                                .text(
                                        "select count(*) from audit_entry where action = 'task.ask' and actor = 'password:admin' and object = 'task:"
                                                + task
                                                + "'"))
                .isEqualTo("2");
    }

    /** Asking goes by the vendor's pauses like any other poll. */
    @Test
    void saysThatAQuestionWaitsWhileTheVendorIsNotCalled() {
        Team team = gateway.team();
        String task = team.create("A kite");
        String upstream = team.upstreamId(task);
        String path = "/console/tasks/" + task;
        Answer page = admin.get(path);
        vendor.onNextStatusOf(upstream, FakeVendor.html(500));
        String silent = next(admin.submit(page, path + "/ask", Map.of()));
        assertThat(admin.page(silent)).contains("The vendor was asked, and said nothing of it.");
        vendor.onNextStatusOf(upstream, FakeVendor.throttle("600"));
        admin.submit(page, path + "/ask", Map.of());
        String waiting = next(admin.submit(page, path + "/ask", Map.of()));
        assertThat(admin.page(waiting))
                .contains(
                        "as soon as its rate, pauses and breakers let a call through",
                        "data-live=\"on\"",
                        "hx-trigger=\"every 2s\"");
        assertThat(asked(upstream)).isEqualTo(2);
        Answer live = admin.get(waiting + "&live");
        assertThat(live).hasStatus(200);
        assertThat(live.body()).contains("id=\"contact\"").doesNotContain("<html", "A kite");
        // The other tests' vendor is called again.
        passes(Duration.ofMinutes(11));
        Awaitility.await().until(() -> asked(upstream) == 3);
    }

    @Test
    void asksOnceMoreForWhatOnlyWaitedForItsRefund() {
        Team team = gateway.team();
        String task = team.create("A kite");
        String upstream = team.upstreamId(task);
        String path = "/console/tasks/" + task;
        // Old enough for its refund, and yet not polled by itself.
        gateway.database()
                .execute(
                        "update work set due_at = due_at + interval '30 days' where task_id = '"
                                + task
                                + "'");
        passes(Duration.ofDays(9));
        signIn();
        Answer page = admin.get(path);
        admin.submit(page, path + "/ask", Map.of());
        assertThat(admin.page(path)).contains("EXPIRED", "its refund is due");
        vendor.finish(upstream, CLIP);
        admin.submit(page, path + "/ask", Map.of());
        assertThat(admin.page(path)).contains("SUCCEEDED");
    }

    @Test
    void findsTheTasksOfAKeyAndThoseWithWordsInTheirPrompts() {
        Team team = gateway.team();
        Team second =
                new Team(
                        gateway,
                        team.slug(),
                        gateway.key(team.slug(), Json.of("name", "the second")));
        String kite = team.create("A red kite at 100 %");
        String boat = second.create("A RED boat");
        String blue = second.create("A blue boat");
        String key = "&key=" + keyId(team, "the second");
        String list = "/console/tasks?team=" + team.slug();
        assertThat(admin.page("/console/teams/" + team.slug()))
                .contains("href=\"" + (list + key).replace("&", "&amp;") + "\"");
        assertThat(admin.page(list + key))
                .contains(boat, blue, "the second (" + keyId(team, "the second") + ")")
                .doesNotContain(kite);
        assertThat(text(admin.page(list + key)))
                .contains("2 tasks created", "130 charged", "130 net credits");
        assertThat(admin.get(list + key + "&format=csv").body())
                .contains(boat, blue)
                .doesNotContain(kite);
        assertThat(admin.page("/console/tasks?team=" + gateway.team().slug() + key))
                .doesNotContain(boat, blue);
        String red = admin.page(list + "&text=red");
        assertThat(red).contains(kite, boat).doesNotContain(blue);
        assertThat(text(red))
                .contains(
                        "All 3 tasks of the rest of this filter were searched.", "2 tasks created");
        assertThat(admin.get(list + "&text=red&format=csv").body())
                .contains(kite, boat)
                .doesNotContain(blue);
        assertThat(admin.page(list + key + "&text=red")).contains(boat).doesNotContain(kite, blue);
        assertThat(admin.page(list + "&text=%25")).contains(kite).doesNotContain(boat, blue);
        assertThat(admin.page(list + key + "&project=film"))
                .contains("All 2 tasks of the rest of this filter were searched.")
                .doesNotContain(boat, blue);
        for (String wrong : List.of("&key=x", "&text=a%00b", "&text=" + "a".repeat(201))) {
            Answer refused = admin.get(list + wrong);
            assertThat(refused).hasStatus(400);
            assertThat(refused.body()).contains("role=\"alert\"");
        }
        // Words of a prompt would stay in the audit log for good.
        assertThat(admin.page(list + "&phase=UNCERTAIN&text=red")).doesNotContain("Refund all");
        assertThat(admin.get("/console/tasks/refund?phase=UNCERTAIN&text=red")).hasStatus(400);
    }

    private static String keyId(Team team, String name) {
        return gateway.database()
                .text(
                        "select k.id from api_key k join team t on t.id = k.team_id where t.slug = '%s' and k.name = '%s'"
                                .formatted(team.slug(), name));
    }

    /** Where an act leads to. */
    private static String next(Answer act) {
        return Objects.requireNonNull(act.header("Location"));
    }

    private static void passes(Duration time) {
        ahead = ahead.plus(time);
        gateway.database().shiftTime(ahead);
    }

    private static long asked(String upstream) {
        return vendor.statuses().stream()
                .filter(it -> it.query().containsValue(upstream) || it.body().contains(upstream))
                .count();
    }
}
