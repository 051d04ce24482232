package dev.seedgate.task.dispatch;

import static dev.seedgate.task.lifecycle.Phase.FAILED;
import static dev.seedgate.task.lifecycle.Phase.QUEUED;
import static dev.seedgate.task.lifecycle.Phase.RENDERING;
import static dev.seedgate.task.lifecycle.Phase.SUBMITTING;
import static dev.seedgate.task.lifecycle.Phase.SUCCEEDED;
import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.platform.values.TaskId;
import dev.seedgate.task.lifecycle.PollOutcomes;
import dev.seedgate.task.queue.DuePoll;
import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Task;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Invariants;
import dev.seedgate.testing.TestDatabase;
import dev.seedgate.vendor.contract.PollAnswer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What becomes of a task, from the accepted create to its end, with a vendor that does all kinds of
 * things.
 */
class TaskLifecycleTests {

    private static final String CLIP = "https://cdn.example.com/clip.mp4";

    private static Gateway gateway;

    /** Another, which hardly polls by itself and soon tries whether a stopped account works. */
    private static Gateway unpolled;

    private static FakeVendor vendor;
    private static Duration ahead = Duration.ZERO;

    @BeforeAll
    static void start() {
        vendor = FakeVendor.start();
        gateway = start(TestDatabase.create());
        unpolled =
                Gateway.start(
                        TestDatabase.create(),
                        vendor,
                        "seedgate.poll-first-after=1h",
                        "seedgate.upstream-probe-interval=100ms",
                        "seedgate.upstream-refresh-interval=50ms");
    }

    @AfterAll
    static void stop() {
        unpolled.close();
        gateway.close();
        vendor.close();
    }

    @AfterEach
    void booksBalance() {
        Invariants.check(gateway.database());
        Invariants.check(unpolled.database());
    }

    @Test
    void submitsOnceRendersAndChargesThePrice() {
        Team team = gateway.team("monthly_quota", 1000);
        String task = team.create("a plain success");
        vendor.finish(team.upstreamId(task), CLIP);
        Task done = team.await(task, "SUCCEEDED");
        assertThat(done)
                .isSucceeded()
                .hasClips(CLIP)
                .hasConsumed(65)
                .wentThrough(QUEUED, SUBMITTING, RENDERING, SUCCEEDED);
        assertThat(sent("a plain success")).isOne();
        assertThat(team).hasUsed(65).hasInFlight(0);
    }

    @Test
    void givesTheChargeBackWhenTheRenderFails() {
        Team team = gateway.team("monthly_quota", 1000);
        String task = team.create("a failed render");
        vendor.fail(team.upstreamId(task), "content policy");
        Task failed = team.await(task, "FAILED");
        assertThat(failed).isFailed().because("content policy").hasConsumed(0);
        assertThat(team).hasUsed(0);
    }

    @Test
    void givesTheChargeBackWhenTheVendorRefuses() {
        Team team = gateway.team();
        vendor.onGenerate(FakeVendor.error(422));
        String task = team.create("refused");
        Task failed = team.await(task, "FAILED");
        assertThat(failed).isFailed().because("error 422").wentThrough(QUEUED, SUBMITTING, FAILED);
        assertThat(team).hasUsed(0);
    }

    @Test
    void submitsAgainAfterErrorsThatTheVendorAsksToRepeat() {
        Team team = gateway.team();
        vendor.onGenerate(FakeVendor.error(500), FakeVendor.error(500));
        String task = team.create("two errors");
        Awaitility.await().until(() -> sent("two errors") == 1);
        advanceUntilSent("two errors", 3);
        vendor.finish(team.upstreamId(task), CLIP);
        team.await(task, "SUCCEEDED");
        assertThat(sent("two errors")).isEqualTo(3);
        assertThat(team).hasUsed(65);
    }

    @Test
    void failsAfterFourErrorsAndChargesNothing() {
        Team team = gateway.team();
        vendor.onGenerate(
                FakeVendor.error(500),
                FakeVendor.error(500),
                FakeVendor.error(500),
                FakeVendor.error(500));
        String task = team.create("errors only");
        advanceUntilSent("errors only", 4);
        team.await(task, "FAILED");
        assertThat(team).hasUsed(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"reset", "hangUp", "html", "truncated", "no id"})
    void neverSendsAgainWhatWasPerhapsTaken(String fault) {
        Team team = gateway.team();
        vendor.onGenerate(
                switch (fault) {
                    case "reset" -> FakeVendor.reset();
                    case "hangUp" -> FakeVendor.hangUp();
                    case "html" -> FakeVendor.html(502);
                    case "truncated" -> FakeVendor.truncated(200, FakeVendor.accepted("sd15p_1"));
                    default -> FakeVendor.answer(200, "{\"code\":200,\"data\":{}}");
                });
        String task = team.create("perhaps " + fault);
        staysUncertain(team, task, "perhaps " + fault);
        // Other submits prove the vendor well, so that this fault does not open the breaker for the
        // next.
        team.await(team.create("after " + fault), "RENDERING");
        assertThat(sent("perhaps " + fault)).isOne();
    }

    /** By a gateway of its own: on a busy machine, a second is not enough for the other tests. */
    @Test
    void neverSendsAgainWhatGotNoAnswerInTime() {
        try (Gateway impatient =
                Gateway.start(
                        TestDatabase.create(), vendor, "seedgate.upstream-submit-timeout=1s")) {
            Team team = impatient.team();
            vendor.onGenerate(vendor.stall());
            staysUncertain(team, team.create("perhaps late"), "perhaps late");
            team.create("after late");
            Awaitility.await().until(() -> sent("after late") == 1);
            assertThat(sent("perhaps late")).isOne();
        }
    }

    private static void staysUncertain(Team team, String task, String prompt) {
        assertThat(team.await(task, "UNCERTAIN")).isRunning().hasConsumed(65);
        assertThat(team).hasInFlight(0);
        assertThat(sent(prompt)).isOne();
    }

    @Test
    void givesAnUncertainChargeBackWhenNobodyEverLearnsOfIt() {
        Team team = gateway.team();
        vendor.onGenerate(FakeVendor.reset());
        String task = team.create("never heard of again");
        team.await(task, "UNCERTAIN");
        advance(Duration.ofHours(25));
        team.await(task, "FAILED");
        assertThat(team).hasUsed(0);
        assertThat(sent("never heard of again")).isOne();
    }

    @Test
    void doesNotTrustAnIdThatAnotherTaskHas() {
        Team team = gateway.team();
        String first = team.create("the first");
        String id = team.upstreamId(first);
        vendor.onGenerate(FakeVendor.acceptWithId(id));
        team.await(team.create("the second"), "UNCERTAIN");
        vendor.finish(id, CLIP);
        team.await(first, "SUCCEEDED");
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 404, 500, 503})
    void keepsRenderingWhateverAPollDrawsButAnEnd(int status) {
        Team team = gateway.team();
        String task = team.create("polls draw " + status);
        String id = team.upstreamId(task);
        vendor.onStatus(FakeVendor.error(status), FakeVendor.html(status));
        vendor.onStatus(FakeVendor.answer(200, "null"), FakeVendor.reset());
        Awaitility.await().until(() -> polls(id) >= 5);
        vendor.finish(id, CLIP);
        team.await(task, "SUCCEEDED");
    }

    @Test
    void expiresWhatNeverEndsAndSettlesItsLateEnd() {
        Team team = gateway.team();
        String task = team.create("takes for ever");
        String id = team.upstreamId(task);
        advance(Duration.ofHours(3));
        Task expired = team.await(task, "EXPIRED");
        assertThat(expired).isRunning();
        assertThat(team).hasInFlight(0).hasUsed(65);
        vendor.finish(id, CLIP);
        advance(Duration.ofHours(2));
        team.await(task, "SUCCEEDED");
        assertThat(team).hasUsed(65);
    }

    @Test
    void expiresWhatTheVendorHasLostAndGivesTheChargeBackInTheEnd() {
        Team team = gateway.team();
        String task = team.create("is lost");
        String id = team.upstreamId(task);
        vendor.lose(id);
        advance(Duration.ofHours(3));
        team.await(task, "EXPIRED");
        assertThat(team).hasInFlight(0).hasUsed(65);
        advance(Duration.ofDays(8));
        awaitWork(task, "refund");
        advance(Duration.ofHours(25));
        team.await(task, "FAILED");
        assertThat(team).hasUsed(0);
    }

    /** Silence expires nothing, but what is expired waits for its end no longer because of it. */
    @Test
    void holdsWhatIsExpiredNoLongerThanAWeekThoughTheVendorIsSilent() {
        // No poll of the gateway's own comes between.
        Team team = unpolled.team();
        String task = team.create("silence");
        String id = team.upstreamId(task);
        PollOutcomes outcomes = unpolled.bean(PollOutcomes.class);
        IntFunction<DuePoll> after =
                hours ->
                        new DuePoll(
                                new TaskId(task), id, Duration.ofHours(hours), team.slug(), null);
        PollAnswer silence = new PollAnswer.Unanswered("silent");
        outcomes.record(after.apply(24 * 30), silence);
        team.await(task, "RENDERING");
        outcomes.record(after.apply(3), new PollAnswer.Running("still"));
        team.await(task, "EXPIRED");
        outcomes.record(after.apply(4), silence);
        assertThat(work(unpolled, task, "due_at > gateway_now() + interval '50 minutes'"))
                .isEqualTo("t");
        outcomes.record(after.apply(24 * 8), silence);
        assertThat(work(unpolled, task, "kind")).isEqualTo("refund");
    }

    private static void awaitWork(String task, String kind) {
        Awaitility.await().until(() -> work(gateway, task, "kind"), kind::equals);
    }

    private static String work(Gateway gateway, String task, String column) {
        return gateway.database()
                .text("select %s from work where task_id = '%s'".formatted(column, task));
    }

    @Test
    void failsAndRefundsWhatCouldNotBeSubmittedInTime() {
        Team team = gateway.team();
        vendor.closePort();
        try {
            String task = team.create("waits in vain");
            awaitRequeued(team, task);
            advance(Duration.ofMinutes(16));
            team.await(task, "FAILED");
            assertThat(team).hasUsed(0);
        } finally {
            vendor.reopenPort();
        }
        advance(Duration.ofMinutes(2));
        // The queue is looked at once a second: until then it is as old as it was.
        Answer taken =
                Awaitility.await()
                        .until(
                                () -> team.generate("the vendor is back"),
                                answer -> answer.status() == 200);
        team.await(taken.data().get("task_id").stringValue(), "RENDERING");
    }

    @Test
    void leavesTheQueuedTasksOfASuspendedTeamWaiting() {
        Team team = gateway.team();
        vendor.closePort();
        String task;
        try {
            task = team.create("suspended meanwhile");
            awaitRequeued(team, task);
            gateway.admin("POST", "/teams/" + team.slug() + "/suspend", "{}");
        } finally {
            vendor.reopenPort();
        }
        advance(Duration.ofMinutes(2));
        Team other = gateway.team();
        other.await(other.create("another team's"), "RENDERING");
        assertThat(sent("suspended meanwhile")).isZero();
        gateway.admin("POST", "/teams/" + team.slug() + "/resume", "{}");
        team.await(task, "RENDERING");
    }

    @Test
    void failsATaskThatAloneStopsTheAccountWhileOthersPass() {
        try {
            Team team = unpolled.team("monthly_quota", 100000);
            vendor.onEveryGenerate((request, connection) -> {
                if (request.body().contains("poison")) {
                    connection.send(403, Map.of(), "forbidden");
                } else {
                    String id = "ok-" + request.body().hashCode();
                    connection.send(200, Map.of(), FakeVendor.accepted(id));
                }
            });
            String poison = team.create("poison");
            // As it alone waits, it alone is the probe; from its third refusal on a create is.
            Awaitility.await().until(() -> sent("poison") >= 3);
            AtomicInteger harmless = new AtomicInteger();
            Awaitility.await()
                    .until(() -> {
                        team.generate("harmless " + harmless.incrementAndGet());
                        return phase(team, poison).equals("FAILED");
                    });
        } finally {
            vendor.onEveryGenerate(null);
        }
    }

    @Test
    void goesOnWhereAStoppedGatewayLeftOff() {
        TestDatabase database = TestDatabase.create();
        Team team;
        String rendering;
        String queued;
        try (Gateway first = start(database)) {
            team = first.team("monthly_quota", 1000);
            rendering = team.create("renders across a restart");
            team.await(rendering, "RENDERING");
            vendor.closePort();
            queued = team.create("queued across a restart");
            team.awaitTask(queued, it -> it.phases().contains("SUBMITTING"));
        } finally {
            vendor.reopenPort();
        }
        try (Gateway second = start(database)) {
            Team again = new Team(second, team.slug(), team.key());
            vendor.finish(again.upstreamId(rendering), CLIP);
            again.await(rendering, "SUCCEEDED");
            vendor.finish(again.upstreamId(queued), CLIP);
            again.await(queued, "SUCCEEDED");
            assertThat(again).hasUsed(130);
            assertThat(sent("renders across a restart")).isOne();
            assertThat(sent("queued across a restart")).isOne();
            Invariants.check(database);
        }
    }

    private static Gateway start(TestDatabase database) {
        return Gateway.start(database, vendor, "seedgate.dispatch-sweep-interval=100ms");
    }

    /** How often a create with this prompt was read whole by the vendor. */
    private static long sent(String prompt) {
        return vendor.generates().stream()
                .filter(it -> it.body().contains("\"" + prompt + "\""))
                .count();
    }

    private static long polls(String id) {
        return vendor.statuses().stream()
                .filter(it -> id.equals(it.query().get("task_id")))
                .count();
    }

    /** Tried once and back in the queue, where the back-off keeps it for a while. */
    private static void awaitRequeued(Team team, String task) {
        team.awaitTask(
                task, it -> it.phases().size() > 1 && it.phases().getLast().equals("QUEUED"));
    }

    private static String phase(Team team, String task) {
        return team.task(task).get("phase").stringValue();
    }

    /** Skips the back-offs between the tries. */
    private static void advanceUntilSent(String prompt, int times) {
        Awaitility.await()
                .until(() -> {
                    advance(Duration.ofSeconds(5));
                    return sent(prompt) >= times;
                });
    }

    private static void advance(Duration by) {
        ahead = ahead.plus(by);
        gateway.database().shiftTime(ahead);
    }
}
