package dev.seedgate.operations.console;

import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Invariants;
import dev.seedgate.testing.Json;
import dev.seedgate.testing.TestDatabase;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The refund of all that a filter of the task list finds. */
class BulkRefundTests {

    private static final String PATH = "/console/tasks/refund";
    private static final Pattern HIDDEN =
            Pattern.compile("<input type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]*)\"");

    private static FakeVendor vendor;
    private static Gateway gateway;
    private static ConsoleClient admin;
    private static Team orders;

    @BeforeAll
    static void start() {
        vendor = FakeVendor.start();
        gateway = Gateway.start(TestDatabase.create(), vendor, "seedgate.console-bulk-limit=3");
        admin = ConsoleClient.admin(gateway);
        orders = gateway.team();
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
    void refundsWhatItShowedOnceAndNothingElse() {
        Team team = gateway.team("monthly_quota", 1000);
        Team other = gateway.team();
        String elses = uncertain(other, true);
        for (int i = 0; i < 3; i++) {
            uncertain(team, true);
        }
        String rendering = team.create("renders");
        team.upstreamId(rendering);
        String list = "/console/tasks?team=" + team.slug() + "&phase=UNCERTAIN";
        assertThat(admin.page(list)).contains("Refund all…", PATH + "?team=" + team.slug());
        assertThat(ConsoleClient.of(gateway, "viewer").page(list)).doesNotContain("Refund all…");
        assertThat(admin.page("/console/tasks?team=" + team.slug())).doesNotContain("Refund all…");
        Answer page = preview("team=" + team.slug() + "&phase=UNCERTAIN");
        assertThat(text(page))
                .contains(
                        "This refunds 3 tasks of team " + team.slug() + ", 195 credits.",
                        "held → team 195",
                        "company → possible loss 195");
        // Ordered after the preview.
        String newer = uncertain(team, true);
        Map<String, String> form = form(page);
        Answer done = admin.submit(page, PATH, form);
        assertThat(done).hasStatus(200);
        assertThat(text(done)).contains("3 of 3 tasks were refunded, 195 credits went back.");
        for (int again = 0; again < 2; again++) {
            assertThat(team).hasUsed(130);
            assertThat(phase(newer)).isEqualTo("UNCERTAIN");
            assertThat(phase(rendering)).isEqualTo("RENDERING");
            assertThat(phase(elses)).isEqualTo("UNCERTAIN");
            assertThat(moved(team)).containsExactly("adjust 195", "release 195");
            assertThat(audited(form.get("once"))).containsExactly("3 195 asked the vendor");
            assertThat(
                            gateway.database()
                                    .text(
                                            "select count(*) from audit_entry a join task t on a.object = 'task:' || t.id join team m on m.id = t.team_id where action = 'task.refund' and a.reason = 'asked the vendor' and m.slug = '%s'"
                                                    .formatted(team.slug())))
                    .isEqualTo("3");
            assertThat(text(admin.submit(page, PATH, form))).contains("This was sent before.");
        }
    }

    @Test
    void doesNothingWhenItIsNoLongerWhatWasShown() {
        Team team = gateway.team("monthly_quota", 1000);
        String first = uncertain(team, true);
        String second = uncertain(team, true);
        Answer page = preview("team=" + team.slug() + "&phase=UNCERTAIN,EXPIRED");
        gateway.admin("POST", "/tasks/" + first + "/resolve", Json.of("outcome", "REFUND"));
        Answer changed = admin.submit(page, PATH, form(page));
        assertThat(changed).hasStatus(409);
        assertThat(text(changed))
                .contains(
                        "Nothing was refunded",
                        "The page said 2 tasks and 130 credits; now it is 1 and 65.",
                        "This refunds 1 task of team");
        assertThat(changed.body()).contains("value=\"asked the vendor\"");
        assertThat(phase(second)).isEqualTo("UNCERTAIN");
        Answer done = admin.submit(changed, PATH, form(changed));
        assertThat(text(done)).contains("1 of 1 task was refunded, 65 credits went back.");
        assertThat(team).hasUsed(0);
    }

    @Test
    void doesNothingToAsManyOtherTasks() {
        Team other = gateway.team();
        String older = uncertain(other, true);
        Team team = gateway.team();
        String task = uncertain(team, true);
        Answer page = preview("team=" + team.slug() + "&phase=UNCERTAIN");
        Map<String, String> form = form(page);
        form.put("team", other.slug());
        Answer swapped = admin.submit(page, PATH, form);
        assertThat(swapped).hasStatus(409);
        assertThat(text(swapped)).contains("They are other tasks.");
        assertThat(phase(older)).isEqualTo("UNCERTAIN");
        assertThat(phase(task)).isEqualTo("UNCERTAIN");
    }

    /** A lost filter means nothing, never everything. */
    @Test
    void refusesAFormWhoseFilterIsLost() {
        Team team = gateway.team();
        Team other = gateway.team();
        List<String> tasks = List.of(uncertain(other, true), uncertain(team, true));
        Answer page = preview("team=" + team.slug() + "&phase=UNCERTAIN");
        for (List<String> lost :
                List.of(
                        List.of("team", "phase"),
                        List.of("phase"),
                        List.of("count"),
                        List.of("credits"),
                        List.of("tasks"),
                        List.of("newest"),
                        List.of("once"),
                        List.of("reason"))) {
            for (boolean empty : new boolean[] {false, true}) {
                Map<String, String> form = form(page);
                lost.forEach(it -> {
                    form.remove(it);
                    if (empty) {
                        form.put(it, "");
                    }
                });
                Answer refused = admin.submit(page, PATH, form);
                assertThat(refused).as(lost + refused.body()).hasStatus(400);
                assertThat(refused.body()).contains("role=\"alert\"");
            }
        }
        Map<String, String> all = form(page);
        all.remove("team");
        assertThat(admin.submit(page, PATH, all)).hasStatus(409);
        assertThat(admin.submit(page, PATH, Map.of())).hasStatus(400);
        assertThat(admin.get(PATH)).hasStatus(400);
        assertThat(admin.get(PATH + "?team=" + team.slug())).hasStatus(400);
        assertThat(admin.get(PATH + "?phase=FAILED")).hasStatus(400);
        assertThat(text(preview("phase=UNCERTAIN&team=nobody")))
                .contains("No task of this filter can be refunded.");
        tasks.forEach(it -> assertThat(phase(it)).isEqualTo("UNCERTAIN"));
    }

    @Test
    void leavesWhatAnAnswerMayStillComeToAndSaysSo() {
        Team team = gateway.team("monthly_quota", 1000);
        uncertain(team, true);
        String early = uncertain(team, false);
        Answer page = preview("team=" + team.slug() + "&phase=UNCERTAIN");
        assertThat(text(page))
                .contains("This refunds 2 tasks", "An answer to one of them may still come");
        Answer done = admin.submit(page, PATH, form(page));
        assertThat(text(done))
                .contains(
                        "1 of 2 tasks were refunded, 65 credits went back.",
                        early,
                        "submit may still come; try again in some minutes");
        assertThat(phase(early)).isEqualTo("UNCERTAIN");
        assertThat(team).hasUsed(65);
    }

    @Test
    void takesNoMoreThanItsLimitAtOnce() {
        Team team = gateway.team("monthly_quota", 1000);
        String oldest = uncertain(team, true);
        for (int i = 0; i < 3; i++) {
            uncertain(team, true);
        }
        Answer page = preview("team=" + team.slug() + "&phase=UNCERTAIN");
        assertThat(text(page)).contains("This refunds the newest 3 tasks", "195 credits");
        assertThat(text(admin.submit(page, PATH, form(page)))).contains("3 of 3 tasks");
        assertThat(phase(oldest)).isEqualTo("UNCERTAIN");
        assertThat(team).hasUsed(65);
    }

    @Test
    void isDoneOnceWhenSentTwiceAtOnce() {
        Team team = gateway.team("monthly_quota", 1000);
        for (int i = 0; i < 3; i++) {
            uncertain(team, true);
        }
        Answer page = preview("team=" + team.slug() + "&phase=UNCERTAIN");
        Map<String, String> form = form(page);
        ConsoleClient second = ConsoleClient.admin(gateway);
        Answer its = second.get(PATH + "?team=" + team.slug() + "&phase=UNCERTAIN");
        CompletableFuture<Answer> other =
                CompletableFuture.supplyAsync(() -> second.submit(its, PATH, form));
        List<String> answers = List.of(text(admin.submit(page, PATH, form)), text(other.join()));
        assertThat(answers).filteredOn(it -> it.contains("3 of 3 tasks were refunded")).hasSize(1);
        assertThat(moved(team)).containsExactly("adjust 195", "release 195");
        assertThat(audited(form.get("once"))).hasSize(1);
    }

    @Test
    void asksTheDatabaseAFixedNumberOfTimesForWhatItWouldDo() {
        Team few = gateway.team();
        uncertain(few, true);
        Team many = gateway.team();
        for (int i = 0; i < 3; i++) {
            uncertain(many, true);
        }
        try (StatementCount statements = new StatementCount()) {
            int one = statements.of(preview("phase=UNCERTAIN&team=" + few.slug()));
            assertThat(statements.of(preview("phase=UNCERTAIN&team=" + many.slug())))
                    .isEqualTo(one)
                    .isBetween(1, 8);
        }
    }

    /**
     * @param open whether nobody can bring an answer to it any more
     */
    private static String uncertain(Team team, boolean open) {
        // A good answer between them: the breaker stops after a few that are none.
        orders.upstreamId(orders.create("A kite that renders"));
        vendor.onGenerate(FakeVendor.reset());
        String task = team.create("A kite");
        team.await(task, "UNCERTAIN");
        if (open) {
            gateway.database()
                    .execute("update work set leased_until = null where task_id = '" + task + "'");
        }
        return task;
    }

    private static Answer preview(String filter) {
        Answer page = admin.get(PATH + "?" + filter);
        assertThat(page).hasStatus(200);
        return page;
    }

    /** As the page has it, with a reason typed. */
    private static Map<String, String> form(Answer page) {
        Map<String, String> form = new LinkedHashMap<>();
        Matcher hidden =
                HIDDEN.matcher(page.body().substring(page.body().indexOf("action=\"" + PATH)));
        while (hidden.find()) {
            form.put(hidden.group(1), hidden.group(2));
        }
        form.remove("_csrf");
        form.put("reason", "asked the vendor");
        assertThat(form).containsKeys("phase", "count", "credits", "tasks", "newest", "once");
        return form;
    }

    private static String phase(String task) {
        return gateway.database().text("select phase from task where id = '" + task + "'");
    }

    private static List<String> moved(Team team) {
        return gateway.database()
                .rows(
                        "select kind || ' ' || sum(credits) from ledger_entry where team_slug = '%s' and kind in ('release', 'adjust') group by kind order by kind"
                                .formatted(team.slug()));
    }

    private static List<String> audited(@Nullable String once) {
        return gateway.database()
                .rows(
                        "select (after ->> 'tasks') || ' ' || (after ->> 'credits') || ' ' || reason from audit_entry where action = 'tasks.refund' and object = 'tasks:%s'"
                                .formatted(once));
    }

    /** As it is read, without the marks. */
    private static String text(Answer page) {
        return ConsoleClient.text(page.body());
    }
}
