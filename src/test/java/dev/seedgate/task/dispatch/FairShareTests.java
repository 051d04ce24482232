package dev.seedgate.task.dispatch;

import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.task.lifecycle.SubmitAttempt;
import dev.seedgate.task.lifecycle.SubmitOutcomes;
import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.TestDatabase;
import dev.seedgate.vendor.contract.SubmitAnswer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The queue of submits, drained by one permit at a time while an operator's pause keeps the
 * dispatcher away: what a flood costs the others, in places of the queue.
 */
class FairShareTests {

    private static final int EACH = 20;

    private static Gateway gateway;
    private static double usual;

    @BeforeAll
    static void start() {
        TestDatabase database = TestDatabase.create();
        gateway =
                Gateway.start(
                        database, FakeVendor.start(), "seedgate.upstream-refresh-interval=50ms");
        database.execute(
                "insert into upstream_pause (upstream, reason) values ('seedance', 'OPERATOR')");
        Awaitility.await().until(() -> metrics().contains("stopped{reason=\"operator\"} 1"));
        usual = meanPlaceOfTheOthers(EACH, 1);
    }

    @AfterEach
    void drain() {
        boolean more = true;
        while (more) {
            more = !begin(64).isEmpty();
        }
    }

    @AfterAll
    static void stop() {
        gateway.close();
        gateway.vendor().close();
    }

    @Test
    void letsATenfoldFloodDelayTheOthersByLessThanATenth() {
        assertThat(meanPlaceOfTheOthers(10 * EACH, 1)).isBetween(usual * 0.9, usual * 1.1);
    }

    @Test
    void servesATeamOfFourfoldWeightSooner() {
        // 4 of 7 places go to the heavy team until it is through, and the others wait for it.
        assertThat(meanPlaceOfTheOthers(EACH, 4)).isGreaterThan(usual * 1.05);
    }

    @Test
    void givesATeamThatCancelsItsNextTurnBack() {
        Team cancels = gateway.team();
        order(cancels, 50).forEach(task -> cancel(cancels, task));
        String one = order(cancels, 1).getFirst();
        order(gateway.team(), EACH);
        assertThat(places(Set.of(one))).as("its turn is next").isLessThanOrEqualTo(2);
    }

    @Test
    void givesBackThePlaceOfWhatWasDispatchedAndNeverSent() {
        Team cancels = gateway.team();
        List<String> tasks = order(cancels, 10);
        // As after ten tries of a vendor that can't be reached.
        List<SubmitAttempt> unreached = begin(16);
        assertThat(unreached).hasSize(10);
        unreached.forEach(it -> record(it, new SubmitAnswer.NotSent(true, "unreached")));
        tasks.forEach(task -> cancel(cancels, task));
        String one = order(cancels, 1).getFirst();
        order(gateway.team(), EACH);
        assertThat(places(Set.of(one))).isLessThanOrEqualTo(2);
    }

    @Test
    void keepsThePlaceOfWhatGoesBackToTheQueue() {
        Team team = gateway.team();
        String first = order(team, 3).getFirst();
        SubmitAttempt claimed = begin(1).getFirst();
        assertThat(claimed.task().value()).isEqualTo(first);
        order(gateway.team(), EACH);
        record(claimed, new SubmitAnswer.NotSent(false, "no permit"));
        gateway.database()
                .execute(
                        "update work set due_at = gateway_now() where task_id = '%s'"
                                .formatted(first));
        assertThat(places(Set.of(first))).isEqualTo(1);
    }

    @Test
    void letsATeamThatWasSuspendedTakeTurnsWithTheOthers() {
        Team resumed = gateway.team();
        Set<String> its = new HashSet<>(order(resumed, EACH));
        gateway.admin("POST", "/teams/" + resumed.slug() + "/suspend", null);
        Team busy = gateway.team();
        order(busy, 3 * EACH);
        // The others go on meanwhile, and the virtual time with them.
        for (int i = 0; i < 2 * EACH; i++) {
            List<SubmitAttempt> next = begin(1);
            assertThat(next).hasSize(1);
            assertThat(its).doesNotContain(next.getFirst().task().value());
        }
        gateway.admin("POST", "/teams/" + resumed.slug() + "/resume", null);
        int ofIts = 0;
        for (int i = 0; i < EACH; i++) {
            ofIts += its.contains(begin(1).getFirst().task().value()) ? 1 : 0;
        }
        assertThat(ofIts).isBetween(EACH / 2 - 1, EACH / 2 + 1);
    }

    @Test
    void claimsManyAtOnceInTheOrderOfOneByOne() {
        Team heavy = gateway.team("weight", 3);
        List<String> its = order(heavy, 12);
        order(gateway.team(), 12);
        List<SubmitAttempt> batch = begin(8);
        assertThat(batch).hasSize(8);
        assertThat(batch.stream().map(it -> it.task().value()).filter(its::contains))
                .as("three of four places, in its own order")
                .containsExactlyElementsOf(its.subList(0, 6));
    }

    private static void cancel(Team team, String task) {
        assertThat(gateway.call("DELETE", "/api/tasks/" + task, team.key(), null)).hasStatus(200);
    }

    /** Places in the queue until all of these are through, one claim at a time. */
    private static int places(Set<String> wanted) {
        Set<String> open = new HashSet<>(wanted);
        int places = 0;
        while (!open.isEmpty()) {
            List<SubmitAttempt> next = begin(1);
            assertThat(next).hasSize(1);
            open.remove(next.getFirst().task().value());
            places++;
        }
        return places;
    }

    /**
     * Three teams with as many tasks each, queued behind all tasks of a first one; drains them all.
     */
    private static double meanPlaceOfTheOthers(int tasksOfTheFirst, int weightOfTheFirst) {
        order(gateway.team("weight", weightOfTheFirst), tasksOfTheFirst);
        Set<String> others = new HashSet<>();
        for (int team = 0; team < 3; team++) {
            others.addAll(order(gateway.team(), EACH));
        }
        double mean = meanPlace(others);
        boolean more = true;
        while (more) {
            more = !begin(64).isEmpty();
        }
        return mean;
    }

    /** The next whose turn it is, as about to be sent. */
    private static List<SubmitAttempt> begin(int limit) {
        return gateway.bean(SubmitOutcomes.class)
                .beginAttempts(limit, Duration.ofHours(1), "a token");
    }

    private static void record(SubmitAttempt attempt, SubmitAnswer answer) {
        gateway.bean(SubmitOutcomes.class).record(attempt, answer);
    }

    private static List<String> order(Team team, int count) {
        List<String> tasks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            tasks.add(team.create("one of a queue"));
        }
        return tasks;
    }

    private static double meanPlace(Set<String> wanted) {
        long places = 0;
        int found = 0;
        for (int place = 1; found < wanted.size(); place++) {
            List<SubmitAttempt> next = begin(1);
            assertThat(next).hasSize(1);
            if (wanted.contains(next.getFirst().task().value())) {
                places += place;
                found++;
            }
        }
        return (double) places / found;
    }

    private static String metrics() {
        return gateway.call("GET", "/actuator/prometheus", null, null).body();
    }
}
