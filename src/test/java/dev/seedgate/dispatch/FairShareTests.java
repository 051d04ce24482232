package dev.seedgate.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.TestDatabase;
import dev.seedgate.work.DueSubmit;
import dev.seedgate.work.DueWork;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
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

    /**
     * Three teams with as many tasks each, queued behind all tasks of a first one; drains them all.
     */
    private static double meanPlaceOfTheOthers(int tasksOfTheFirst, int weightOfTheFirst) {
        order(gateway.team("\"weight\":" + weightOfTheFirst), tasksOfTheFirst);
        Set<String> others = new HashSet<>();
        for (int team = 0; team < 3; team++) {
            others.addAll(order(gateway.team(), EACH));
        }
        DueWork work = gateway.bean(DueWork.class);
        double mean = meanPlace(work, others);
        boolean more = true;
        while (more) {
            more = !work.claimSubmits(100, Duration.ofHours(1)).isEmpty();
        }
        return mean;
    }

    private static List<String> order(Team team, int count) {
        List<String> tasks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            tasks.add(team.create("one of a queue"));
        }
        return tasks;
    }

    private static double meanPlace(DueWork work, Set<String> wanted) {
        long places = 0;
        int found = 0;
        for (int place = 1; found < wanted.size(); place++) {
            List<DueSubmit> next = work.claimSubmits(1, Duration.ofHours(1));
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
