package dev.seedgate.operations.alert;

import static dev.seedgate.platform.values.ErrorCode.UPSTREAM_ID_TAKEN;
import static dev.seedgate.task.lifecycle.Phase.RENDERING;
import static dev.seedgate.task.lifecycle.Phase.UNCERTAIN;
import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.platform.values.TaskId;
import dev.seedgate.task.lifecycle.PollOutcomes;
import dev.seedgate.task.lifecycle.SubmitAttempt;
import dev.seedgate.task.lifecycle.SubmitOutcomes;
import dev.seedgate.task.lifecycle.TaskExpiry;
import dev.seedgate.task.queue.DuePoll;
import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Invariants;
import dev.seedgate.testing.Json;
import dev.seedgate.testing.TestDatabase;
import dev.seedgate.vendor.contract.ClipRequest;
import dev.seedgate.vendor.contract.PollAnswer;
import dev.seedgate.vendor.contract.SubmitAnswer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/**
 * Whatever the vendor took and no team pays for, by whichever way it came about, shows on the same
 * day in the balance, in the reconciliation and as an alert, with the same figure.
 */
class SecondIdTests {

    private static final String CLIP = "https://cdn.example.com/clip.mp4";
    private static final String SECOND = "SECOND_ID 0 null 65";

    private static Gateway gateway;
    private static FakeVendor vendor;

    private long taken;
    private long drift;

    @BeforeAll
    static void start() {
        vendor = FakeVendor.start();
        gateway =
                Gateway.start(
                        TestDatabase.create(),
                        vendor,
                        "seedgate.poll-first-after=1h",
                        "seedgate.status-refresh-wait=0s",
                        "seedgate.alert-interval=1h",
                        "seedgate.ledger-check-interval=1h");
    }

    @AfterAll
    static void stop() {
        gateway.close();
        vendor.close();
    }

    /** What other tests left is as if it were of another day. */
    @BeforeEach
    void anotherDay() {
        gateway.database()
                .execute("update vendor_job set drifted_at = drifted_at - interval '2 days'");
        gateway.database().execute("delete from alert");
        taken = taken();
        drift = reconciliation().get("drift").asLong();
    }

    @AfterEach
    void booksBalance() {
        Invariants.check(gateway.database());
    }

    /** How it comes about, what the vendor then has of us, and what the team pays. */
    enum Way {
        SECOND_CREATE_WHILE_RENDERING(130, 65, SECOND) {
            @Override
            void happen(Team team) {
                accepted(rendering(team), 1);
            }
        },
        SECOND_CREATE_AFTER_SUCCESS(130, 65, SECOND) {
            @Override
            void happen(Team team) {
                String task = rendering(team);
                polled(task, new PollAnswer.Succeeded(List.of(CLIP), 65L, "done"));
                accepted(task, 1);
            }
        },
        SECOND_CREATE_AFTER_FAILURE(65, 0, SECOND) {
            @Override
            void happen(Team team) {
                String task = rendering(team);
                polled(task, new PollAnswer.Failed("no", 0L, "failed"));
                accepted(task, 1);
            }
        },
        ANSWER_WHILE_QUEUED_AGAIN(130, 65, SECOND) {
            @Override
            void happen(Team team) {
                vendor.onGenerate(FakeVendor.error(500));
                String task = team.create("twice");
                team.awaitTask(task, _ -> has(task, "phase = 'QUEUED' and attempt = 1"));
                accepted(task, 1);
                team.upstreamId(task);
            }
        },
        ANSWER_TO_AN_EARLIER_ATTEMPT(130, 65, SECOND) {
            @Override
            void happen(Team team) {
                vendor.onGenerate(FakeVendor.error(500));
                String task = rendering(team);
                accepted(task, 1);
            }
        },
        WRONG_ATTACH_AND_THEN_THE_REAL_ID(130, 65, SECOND) {
            @Override
            void happen(Team team) {
                String task = uncertain(team);
                attach(task, "wrong-" + task);
                accepted(task, 1);
            }
        },
        ATTACH_IN_PLACE_OF_A_LOST_ID(130, 65, SECOND) {
            @Override
            void happen(Team team) {
                String task = rendering(team);
                polledAfter(Duration.ofHours(3), task, new PollAnswer.Running("still"));
                team.await(task, "EXPIRED");
                attach(task, "right-" + task);
            }
        },
        LATE_ID_AFTER_A_REFUND(65, 0, "POSSIBLE_LOSS 0 null 65") {
            @Override
            void happen(Team team) {
                String task = uncertain(team);
                gateway.bean(TaskExpiry.class).refundUnresolved(new TaskId(task));
                accepted(task, 1);
            }
        },
        TWO_LATE_IDS_AFTER_A_REFUND(130, 0, "POSSIBLE_LOSS 0 null 65", SECOND) {
            @Override
            void happen(Team team) {
                LATE_ID_AFTER_A_REFUND.happen(team);
                accepted(last(team), 1);
            }
        },
        REFUND_OF_WHAT_HAS_AN_ID(65, 0, "POSSIBLE_LOSS 0 null 65") {
            @Override
            void happen(Team team) {
                String task = rendering(team);
                polledAfter(Duration.ofHours(3), task, new PollAnswer.Running("still"));
                gateway.bean(TaskExpiry.class).refundUnresolved(new TaskId(task));
            }
        },
        FAILED_WITHOUT_A_FIGURE(65, 0, "NOT_TOLD 0 null 65") {
            @Override
            void happen(Team team) {
                polled(rendering(team), new PollAnswer.Failed("no", null, "failed"));
            }
        },
        FAILED_AND_CHARGED(65, 0, "CHARGED_THERE 0 65 65") {
            @Override
            void happen(Team team) {
                polled(rendering(team), new PollAnswer.Failed("no", 65L, "failed"));
            }
        },
        ANOTHER_FIGURE_AFTER_THE_END(65, 0, "CHARGED_THERE 0 65 65") {
            @Override
            void happen(Team team) {
                String task = rendering(team);
                polled(task, new PollAnswer.Failed("no", 0L, "failed"));
                polled(task, new PollAnswer.Succeeded(List.of(CLIP), 65L, "after all"));
            }
        };

        private final long taken;
        private final long charged;
        private final String items;

        Way(long taken, long charged, String... items) {
            this.taken = taken;
            this.charged = charged;
            this.items = String.join(", ", items);
        }

        abstract void happen(Team team);
    }

    @ParameterizedTest
    @EnumSource
    void showsInTheBalanceTheReconciliationAndAsAnAlertOnTheSameDay(Way way) {
        Team team = gateway.team();
        way.happen(team);
        assertThat(taken() - taken).as("taken").isEqualTo(way.taken);
        assertThat(team).as("charged").hasUsed(way.charged);
        JsonNode today = reconciliation();
        assertThat(today.get("drift").asLong() - drift)
                .as("drift is what was taken and not charged")
                .isEqualTo(way.taken - way.charged);
        assertThat(String.join(", ", items(today, team))).isEqualTo(way.items);
        assertThat(alertsAfterALook())
                .singleElement()
                .asString()
                .contains(
                        "for 1 tasks: %1$d apart, %1$+d in all".formatted(way.taken - way.charged));
        recordedAgain(team);
    }

    /**
     * The same answer comes again when the one to the commit was lost: nothing is counted twice.
     */
    private void recordedAgain(Team team) {
        long before = taken();
        String rows =
                "select coalesce(string_agg(upstream_task_id, ',' order by upstream_task_id), '') from vendor_job where task_id = '%s'"
                        .formatted(last(team));
        String ids = gateway.database().text(rows);
        for (String id : ids.split(",", -1)) {
            record(last(team), 1, id);
        }
        assertThat(gateway.database().text(rows)).isEqualTo(ids);
        assertThat(taken()).isEqualTo(before);
    }

    @Test
    void pagesThroughATaskWithSeveralItems() {
        Team team = gateway.team();
        String task = rendering(team);
        for (int i = 0; i < 4; i++) {
            accepted(task, 1);
        }
        Map<String, String> whole = new TreeMap<>();
        reconciliation()
                .get("items")
                .forEach(it ->
                        whole.put(
                                it.get("task_id") + " " + it.get("upstream_task_id"),
                                it.toString()));
        Map<String, String> paged = new TreeMap<>();
        String cursor = "";
        int pages = 0;
        do {
            JsonNode page = gateway.admin("GET", "/reconciliation?limit=1" + cursor, null).json();
            JsonNode item = page.get("items").get(0);
            paged.put(item.get("task_id") + " " + item.get("upstream_task_id"), item.toString());
            pages++;
            JsonNode next = page.get("next_cursor");
            cursor = next.isNull() ? "" : "&cursor=" + next.stringValue();
        } while (!cursor.isEmpty());
        assertThat(paged).isEqualTo(whole);
        assertThat(pages).isEqualTo(whole.size());
    }

    @Test
    void doesNotEndATaskByWhatBecameOfAnIdItNoLongerHas() {
        Team team = gateway.team();
        String task = rendering(team);
        DuePoll early = poll(task, Duration.ZERO);
        polledAfter(Duration.ofHours(3), task, new PollAnswer.Running("still"));
        attach(task, "right-" + task);
        PollOutcomes outcomes = gateway.bean(PollOutcomes.class);
        outcomes.record(early, new PollAnswer.Failed("no", 0L, "failed"));
        outcomes.record(
                new DuePoll(
                        early.task(),
                        early.upstreamTaskId(),
                        Duration.ofHours(4),
                        team.slug(),
                        null),
                new PollAnswer.Running("still"));
        assertThat(team.task(task)).isIn(RENDERING);
        assertThat(taken() - taken).as("the vendor gave the first one back").isEqualTo(65);
        assertThat(items(reconciliation(), team)).isEmpty();
        polled(task, new PollAnswer.Succeeded(List.of(CLIP), 65L, "done"));
        assertThat(team).hasUsed(65);
        assertThat(alertsAfterALook()).isEmpty();
    }

    @Test
    void givesNoTasksSecondIdToAnother() {
        Team team = gateway.team();
        String task = rendering(team);
        record(task, 1, "second-of-" + task);
        String other = uncertain(team);
        assertThat(resolve(other, "second-of-" + task)).hasError(UPSTREAM_ID_TAKEN);
        record(other, 1, "second-of-" + task);
        assertThat(team.task(other)).isIn(UNCERTAIN);
        assertThat(gateway.admin("GET", "/tasks?upstream_task_id=second-of-" + task, null).json())
                .as("the task of an id on the vendor's bill")
                .has("/items/0/task_id", task);
    }

    @Test
    void isSilentAboutWhatIsAsItShouldBe() {
        Team team = gateway.team();
        String task = rendering(team);
        polled(task, new PollAnswer.Succeeded(List.of(CLIP), 65L, "done"));
        polled(rendering(team), new PollAnswer.Failed("no", 0L, "failed"));
        assertThat(taken() - taken).isEqualTo(65);
        assertThat(items(reconciliation(), team)).isEmpty();
        assertThat(alertsAfterALook()).isEmpty();
    }

    private static String rendering(Team team) {
        String task = team.create("a boat");
        team.upstreamId(task);
        return task;
    }

    private static String uncertain(Team team) {
        vendor.onGenerate(FakeVendor.reset());
        String task = team.create("a boat");
        team.await(task, "UNCERTAIN");
        return task;
    }

    private static void attach(String task, String id) {
        Answer answer = resolve(task, id);
        assertThat(answer).hasStatus(200);
    }

    private static Answer resolve(String task, String id) {
        vendor.onNextStatusOf(
                id,
                FakeVendor.answer(
                        200,
                        "{\"code\":200,\"message\":\"success\",\"data\":{\"task_id\":\"%s\",\"status\":\"IN_PROGRESS\"}}"
                                .formatted(id)));
        return gateway.admin(
                "POST",
                "/tasks/" + task + "/resolve",
                Json.of("outcome", "ATTACH", "upstream_task_id", id, "force", true));
    }

    /** An answer with a new id comes in for this attempt. */
    private static void accepted(String task, int attempt) {
        record(task, attempt, "id-" + System.nanoTime());
    }

    private static void record(String task, int attempt, String id) {
        gateway.bean(SubmitOutcomes.class)
                .record(
                        new SubmitAttempt(
                                new TaskId(task),
                                attempt,
                                new ClipRequest("a boat", "16:9", 5, false, List.of()),
                                "team",
                                null),
                        new SubmitAnswer.Accepted(id, "accepted " + id));
    }

    private static void polled(String task, PollAnswer answer) {
        polledAfter(Duration.ZERO, task, answer);
    }

    private static void polledAfter(Duration age, String task, PollAnswer answer) {
        gateway.bean(PollOutcomes.class).record(poll(task, age), answer);
    }

    private static DuePoll poll(String task, Duration age) {
        String id =
                gateway.database()
                        .text("select upstream_task_id from task where id = '" + task + "'");
        return new DuePoll(new TaskId(task), id, age, "team", null);
    }

    private static boolean has(String task, String condition) {
        return gateway.database()
                .text("select %s from task where id = '%s'".formatted(condition, task))
                .equals("t");
    }

    private static String last(Team team) {
        return gateway.database()
                .text(
                        "select max(t.id) from task t join team m on m.id = t.team_id where m.slug = '%s'"
                                .formatted(team.slug()));
    }

    private static long taken() {
        return gateway.admin("GET", "/vendor-balance", null).json().get("taken").asLong();
    }

    private static JsonNode reconciliation() {
        return gateway.admin("GET", "/reconciliation?limit=200", null).json();
    }

    private static List<String> items(JsonNode reconciliation, Team team) {
        return reconciliation
                .get("items")
                .valueStream()
                .filter(it -> it.get("team").stringValue().equals(team.slug()))
                .map(it ->
                        "%s %s %s %s"
                                .formatted(
                                        it.get("kind").stringValue(),
                                        it.get("ours"),
                                        it.get("theirs"),
                                        it.get("difference")))
                .sorted()
                .toList();
    }

    private static List<String> alertsAfterALook() {
        gateway.bean(AlertRules.class).evaluate();
        return gateway.admin("GET", "/alerts?kind=DRIFT", null)
                .json()
                .get("items")
                .valueStream()
                .map(it -> it.get("text").stringValue())
                .toList();
    }
}
