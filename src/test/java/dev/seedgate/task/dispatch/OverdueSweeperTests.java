package dev.seedgate.task.dispatch;

import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.platform.values.TaskId;
import dev.seedgate.task.lifecycle.SubmitOutcomes;
import dev.seedgate.task.lifecycle.TaskExpiry;
import dev.seedgate.task.queue.WorkKind;
import dev.seedgate.task.queue.WorkQueue;
import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is overdue, as replicas share it: an operator's pause keeps the dispatchers away. */
class OverdueSweeperTests {

    private static final Duration LEASE = Duration.ofSeconds(30);

    private static TestDatabase database;
    private static FakeVendor vendor;
    private static Gateway gateway;
    private static Duration ahead = Duration.ZERO;

    private Team team;

    @BeforeAll
    static void start() {
        database = TestDatabase.create();
        vendor = FakeVendor.start();
        gateway =
                Gateway.start(
                        database,
                        vendor,
                        "seedgate.upstream-refresh-interval=50ms",
                        "seedgate.dispatch-sweep-interval=5m",
                        "seedgate.dispatch-sweep-batch=7");
        database.execute(
                "insert into upstream_pause (upstream, reason) values ('seedance', 'OPERATOR')");
        Awaitility.await()
                .until(() ->
                        gateway.call("GET", "/actuator/prometheus", null, null)
                                .body()
                                .contains("stopped{reason=\"operator\"} 1"));
    }

    @AfterAll
    static void stop() {
        gateway.close();
        vendor.close();
    }

    /** What another test left in the queue is due in none. */
    @BeforeEach
    void beginWithNothingDue() {
        database.execute("delete from work");
        team = gateway.team();
    }

    @Test
    void claimsWhatIsOverdueOnceUntilTheLeaseIsOver() {
        List<String> tasks = order(10);
        pass(Duration.ofMinutes(20));
        TaskExpiry expiry = gateway.bean(TaskExpiry.class);
        List<TaskId> claimed = new ArrayList<>(expiry.claimOverdueInQueue(4, LEASE));
        claimed.addAll(expiry.claimOverdueInQueue(100, LEASE));
        assertThat(claimed)
                .extracting(TaskId::value)
                .as("two replicas share them")
                .containsExactlyInAnyOrderElementsOf(tasks);
        assertThat(expiry.claimOverdueInQueue(100, LEASE)).isEmpty();
        assertThat(gateway.bean(SubmitOutcomes.class).beginAttempts(64, LEASE, "a token"))
                .as("nobody submits what is about to fail")
                .isEmpty();
        pass(Duration.ofMinutes(1));
        assertThat(expiry.claimOverdueInQueue(100, LEASE)).hasSize(10);
    }

    @Test
    void claimsAbandonedTasksOnceUntilTheLeaseIsOver() {
        order(5);
        assertThat(gateway.bean(SubmitOutcomes.class).beginAttempts(8, LEASE, "a token"))
                .hasSize(5);
        WorkQueue work = gateway.bean(WorkQueue.class);
        assertThat(work.claimDue(WorkKind.SUBMITTING, 100, LEASE)).isEmpty();
        pass(Duration.ofMinutes(1));
        List<TaskId> claimed = new ArrayList<>(work.claimDue(WorkKind.SUBMITTING, 2, LEASE));
        claimed.addAll(work.claimDue(WorkKind.SUBMITTING, 100, LEASE));
        assertThat(new HashSet<>(claimed)).hasSize(5);
        assertThat(claimed).hasSize(5);
    }

    @Test
    void goesOnAsLongAsItFindsAFullBatch() {
        List<String> tasks = order(20);
        pass(Duration.ofMinutes(20));
        OverdueSweeper sweeper = gateway.bean(OverdueSweeper.class);
        assertThat(sweeper.sweep()).as("7 of 20").isTrue();
        assertThat(sweeper.sweep()).as("14 of 20").isTrue();
        assertThat(sweeper.sweep()).as("all").isFalse();
        assertThat(failed()).isEqualTo(tasks.size());
        assertThat(database.text("select count(*) from work")).isEqualTo("0");
        assertThat(team).hasUsed(0).hasInFlight(0);
    }

    @Test
    void failsTasksThatNobodyElseCanHelp() {
        List<String> tasks = order(3);
        // No verb can help a task whose charge is gone; the others must not wait for it.
        database.execute("alter table ledger_entry disable trigger all");
        database.execute("delete from ledger_entry where task_id = '" + tasks.getFirst() + "'");
        database.execute("alter table ledger_entry enable trigger all");
        pass(Duration.ofMinutes(20));
        gateway.bean(OverdueSweeper.class).sweep();
        assertThat(failed()).isEqualTo(2);
    }

    private int failed() {
        return team.get("/api/tasks?status=FAILED&limit=200").data().get("items").size();
    }

    private List<String> order(int count) {
        List<String> tasks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            tasks.add(team.create("one that waits"));
        }
        return tasks;
    }

    private static void pass(Duration time) {
        ahead = ahead.plus(time);
        database.shiftTime(ahead);
    }
}
