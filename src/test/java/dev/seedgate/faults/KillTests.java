package dev.seedgate.faults;

import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Task;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Invariants;
import dev.seedgate.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A gateway dies while four tasks stand at four points of their way, and another one goes on with
 * them. It is killed once for all tests, because a start costs seconds.
 */
@Tag("faults")
class KillTests {

    private static final TestDatabase DATABASE = TestDatabase.create();
    private static final FakeVendor VENDOR = FakeVendor.start();

    private static Gateway survivor;
    private static Team team;
    private static String accepted;
    private static String written;
    private static String rendering;
    private static String ended;

    @BeforeAll
    static void killOneAndStartAnother() {
        try (GatewayProcess victim =
                GatewayProcess.start(
                        "killed",
                        DATABASE,
                        VENDOR,
                        // Tasks that are due at every look would keep it looking.
                        "seedgate.poll-max-interval=200ms")) {
            team = victim.gateway().team("monthly_quota", 1000);
            rendering = team.create("rendering");
            ended = team.create("ended");
            team.await(rendering, "RENDERING");
            String endedThere = team.upstreamId(ended);
            VENDOR.onGenerate(VENDOR.stall());
            written = team.create("written");
            Awaitility.await().until(() -> VendorLog.times(VENDOR, "written") == 1);
            dieBeforeTheNextRecording(victim, endedThere);
        }
        survivor = Gateway.start(DATABASE, VENDOR, "seedgate.dispatch-sweep-interval=100ms");
        team = new Team(survivor, team.slug(), team.key());
        // Past every lease of the dead one.
        DATABASE.shiftTime(Duration.ofMinutes(3));
    }

    /**
     * Nothing can be recorded while this lock is held: a claim begins nothing, an end stays
     * unsettled.
     */
    private static void dieBeforeTheNextRecording(GatewayProcess victim, String endedThere) {
        DATABASE.during(
                "lock table task_event in share mode",
                () -> {
                    VENDOR.finish(endedThere, "https://cdn.example.com/ended.mp4");
                    Awaitility.await("the end was heard of").until(() -> waitsForLocks() >= 1);
                    accepted = team.create("accepted");
                    Awaitility.await("the submit is being claimed")
                            .until(() -> waitsForLocks() >= 2);
                    victim.kill();
                });
    }

    @AfterAll
    static void stop() {
        survivor.close();
        VENDOR.close();
    }

    /** Case 1: killed between the commit of the create and its submit. */
    @Test
    void submitsOnceWhatTheDeadOneHadOnlyAccepted() {
        team.await(accepted, "RENDERING");
        VENDOR.finish(team.upstreamId(accepted), "https://cdn.example.com/accepted.mp4");
        team.await(accepted, "SUCCEEDED");
        assertThat(VendorLog.times(VENDOR, "accepted")).isOne();
    }

    /** Case 2: killed after the request was written. */
    @Test
    void neverSendsAgainWhatTheDeadOneHadWritten() {
        Task task = team.await(written, "UNCERTAIN");
        assertThat(task).hasConsumed(65);
        assertThat(VendorLog.times(VENDOR, "written")).isOne();
    }

    /** Case 3: killed after the id was stored. */
    @Test
    void pollsOnForTheIdThatTheDeadOneHadStored() {
        VENDOR.finish(team.upstreamId(rendering), "https://cdn.example.com/rendering.mp4");
        team.await(rendering, "SUCCEEDED");
        assertThat(VendorLog.times(VENDOR, "rendering")).isOne();
    }

    /** Case 4: killed between the terminal answer to a poll and its settlement. */
    @Test
    void settlesOnceWhatTheDeadOneKnewToHaveEnded() {
        team.await(ended, "SUCCEEDED");
        assertThat(entries(ended)).containsExactly("reserve", "settle");
        assertThat(VendorLog.times(VENDOR, "ended")).isOne();
    }

    @AfterEach
    void booksBalance() {
        Invariants.check(DATABASE);
    }

    private static int waitsForLocks() {
        return Integer.parseInt(
                DATABASE.text(
                        "select count(*) from pg_locks where not granted and relation = 'task_event'::regclass"));
    }

    private static List<String> entries(String task) {
        return DATABASE.rows(
                "select kind from ledger_entry where task_id = '" + task + "' order by id");
    }
}
