package dev.seedgate.task.order;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.task.lifecycle.GenerationSettings;
import dev.seedgate.task.queue.TeamQueue;
import dev.seedgate.vendor.throttle.CallCapacity;
import dev.seedgate.vendor.throttle.PermitGrant;
import dev.seedgate.vendor.throttle.RateBudget;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** How much is taken, on a queue and a vendor's rate that are acted out second by second. */
class QueueLimitTests {

    private static final long LOUD = 1;
    private static final long QUIET = 2;

    private final ActedBudget budget = new ActedBudget(4);
    private final List<TeamQueue> queues = new ArrayList<>();
    private final QueueLimit limit = limit(Duration.ofSeconds(20));

    /**
     * Creates come much faster than they can be submitted. Nearly all that are taken are submitted
     * in time, and the rate is used.
     */
    @ParameterizedTest
    @CsvSource({
        // rate, seconds of the longest wait, share that polls take, creates a second
        "4, 20, 0.5, 100",
        "4, 20, 0.5, 3",
        "4, 20, 0.0, 100",
        "10, 900, 0.5, 50",
        "10, 900, 0.3, 20",
        "0.5, 120, 0.5, 5",
        "100, 60, 0.5, 400",
    })
    void takesWhatCanBeSubmittedInTime(
            double rate, int maxWait, double pollShare, int createsPerSecond) {
        ActedBudget acted = new ActedBudget(rate);
        List<TeamQueue> seen = new ArrayList<>();
        QueueLimit door = limit(Duration.ofSeconds(maxWait), acted, seen);
        Deque<Integer> queue = new ArrayDeque<>();
        int taken = 0;
        int failed = 0;
        int submitted = 0;
        double allowance = 0;
        int end = maxWait * 6;
        for (int second = 0; second < end; second++) {
            seen.clear();
            if (!queue.isEmpty()) {
                seen.add(queue(LOUD, queue.size(), second - queue.getFirst()));
            }
            door.measure(second * 1_000_000_000L);
            for (int i = 0; i < createsPerSecond; i++) {
                if (door.admits(LOUD)) {
                    door.countAdmitted(LOUD);
                    queue.add(second);
                    taken++;
                }
            }
            while (!queue.isEmpty() && second - queue.getFirst() > maxWait) {
                queue.removeFirst();
                failed++;
            }
            // Polls come with the first renders.
            double polls = second < 5 ? 0 : rate * pollShare;
            for (allowance += rate - polls; allowance >= 1; allowance--) {
                if (queue.poll() != null) {
                    acted.submits++;
                    submitted++;
                }
            }
        }
        assertThat(failed).isLessThanOrEqualTo(taken / 20);
        double possible = Math.min(createsPerSecond, rate * (1 - pollShare)) * end;
        assertThat(submitted).isGreaterThan((int) (possible * 0.9));
    }

    @ParameterizedTest
    @CsvSource({
        // tasks that wait, requests a second of the vendor, milliseconds of a look and to the next
        "0, 4, 0, 1000",
        "0, 4, 20, 1000",
        "0, 4, 21, 1050",
        "0, 4, 70, 3500",
        "0, 4, 200, 10000",
        "0, 4, 60000, 10000",
        // Room for 36,000, so for a long queue that is not half of what may wait.
        "9999, 4000, 70, 3500",
        "10000, 4000, 1, 1000",
        "10000, 4000, 3, 1500",
        "17999, 4000, 19, 9500",
        "17999, 4000, 35, 17500",
        "17999, 4000, 60000, 18000",
        "18000, 4000, 70, 3500",
        "18000, 4000, 60000, 10000",
        "50000, 4000, 70, 3500",
        // Room for a hundred thousand.
        "49999, 40000, 59, 29500",
        "49999, 40000, 60000, 30000",
        "50000, 40000, 60000, 10000",
    })
    void looksTheLessOftenTheLongerALookTakesAndTheMoreRoomALongQueueHas(
            int waiting, double rate, long lookMillis, long intervalMillis) {
        QueueLimit measured =
                limit(
                        Duration.ofSeconds(20),
                        new ActedBudget(rate),
                        waiting == 0 ? List.of() : List.of(queue(LOUD, waiting, 1)));
        measured.measure(0);
        assertThat(measured.intervalAfter(Duration.ofMillis(lookMillis))).hasMillis(intervalMillis);
    }

    @Test
    void countsOnHalfTheRateUntilItKnowsMore() {
        assertThat(limit.limit()).isEqualTo((int) (2 * 20 * 0.9));
        look(0, queue(LOUD, 10, 1));
        // All of the rate goes to submits: there is room for more.
        for (int second = 1; second <= 120; second++) {
            budget.submits += 4;
            look(second, queue(LOUD, 10, 1));
        }
        assertThat(limit.limit()).isBetween(65, 72);
        look(121);
        assertThat(limit.limit()).as("nothing waits, nothing is known").isEqualTo(36);
    }

    @Test
    void shrinksWhenTheVendorTakesLess() {
        look(0, queue(LOUD, 30, 5));
        for (int second = 1; second <= 120; second++) {
            budget.submits += second % 10 == 0 ? 1 : 0;
            look(second, queue(LOUD, 30, 5));
        }
        assertThat(limit.limit()).isLessThan(4);
        assertThat(limit.admits(LOUD)).isFalse();
    }

    @Test
    void learnsNothingWhileTheVendorIsPaused() {
        look(0, queue(LOUD, 10, 5));
        budget.open = false;
        for (int second = 1; second <= 300; second++) {
            look(second, queue(LOUD, 10, 5));
        }
        assertThat(limit.limit()).isEqualTo(36);
        assertThat(limit.admits(LOUD)).as("a pause queues creates").isTrue();
    }

    /** One task that always stops the account must not keep out those that would show it. */
    @Test
    void lacksAProbeWhileAllThatWaitMayBeWhatStopsTheAccount() {
        look(0);
        assertThat(limit.hasNoProbe()).isTrue();
        look(1, new TeamQueue(LOUD, 1, 2, 2, Duration.ofSeconds(1)));
        assertThat(limit.hasNoProbe()).isTrue();
        look(2, new TeamQueue(LOUD, 1, 2, 1, Duration.ofSeconds(1)));
        assertThat(limit.hasNoProbe()).isFalse();
        look(3, new TeamQueue(LOUD, 1, 2, 2, Duration.ofSeconds(1)), queue(QUIET, 1, 1));
        assertThat(limit.hasNoProbe()).isFalse();
    }

    @Test
    void countsWhatWasTakenSinceItLooked() {
        look(0);
        int taken = 0;
        while (limit.admits(LOUD)) {
            limit.countAdmitted(LOUD);
            taken++;
        }
        assertThat(taken).isEqualTo(36);
        assertThat(limit.hasNoProbe()).isFalse();
        look(1, queue(LOUD, 36, 1));
        assertThat(limit.admits(LOUD)).isFalse();
        budget.submits += 2;
        look(2, queue(LOUD, 35, 1));
        assertThat(limit.admits(LOUD)).isTrue();
    }

    @Test
    void refusesTheTeamThatFloodsAndNotTheOthers() {
        look(0, queue(LOUD, 400, 5));
        assertThat(limit.admits(LOUD)).isFalse();
        for (int i = 0; i < 10; i++) {
            assertThat(limit.admits(QUIET)).isTrue();
            limit.countAdmitted(QUIET);
        }
        budget.submits += 2;
        look(1, queue(LOUD, 400, 5), queue(QUIET, 17, 1));
        assertThat(limit.admits(QUIET)).as("its 18th has place 36").isTrue();
        budget.submits += 2;
        look(2, queue(LOUD, 400, 5), queue(QUIET, 18, 1));
        assertThat(limit.admits(QUIET)).isFalse();
    }

    @Test
    void countsTheWeightOfTeams() {
        look(0, new TeamQueue(LOUD, 9, 400, 0, Duration.ofSeconds(1)), queue(QUIET, 2, 1));
        assertThat(limit.admits(QUIET)).as("its third goes after 27 of the heavy team").isTrue();
        budget.submits += 2;
        look(1, new TeamQueue(LOUD, 9, 400, 0, Duration.ofSeconds(1)), queue(QUIET, 3, 1));
        assertThat(limit.admits(QUIET)).isFalse();
    }

    @Test
    void refusesATeamWhoseOldestHasWaitedTooLong() {
        look(0, queue(LOUD, 1, 19), queue(QUIET, 1, 20));
        assertThat(limit.admits(LOUD)).isTrue();
        assertThat(limit.admits(QUIET)).isFalse();
    }

    @Test
    void sharesTheQueueAmongManyTeams() {
        look(
                0,
                IntStream.range(10, 46)
                        .mapToObj(team -> queue(team, 1, 1))
                        .toArray(TeamQueue[]::new));
        assertThat(limit.admits(QUIET)).as("36 wait before it, one of each team").isFalse();
    }

    private void look(int second, TeamQueue... seen) {
        queues.clear();
        queues.addAll(List.of(seen));
        limit.measure(second * 1_000_000_000L);
    }

    private static TeamQueue queue(long team, int tasks, int oldestSeconds) {
        return new TeamQueue(team, 1, tasks, 0, Duration.ofSeconds(oldestSeconds));
    }

    private QueueLimit limit(Duration maxWait) {
        return limit(maxWait, budget, queues);
    }

    private static QueueLimit limit(Duration maxWait, RateBudget budget, List<TeamQueue> queues) {
        Map<String, String> named = new HashMap<>();
        named.put("seedgate.queue-max-wait", maxWait.toString());
        GenerationSettings settings =
                new Binder(new MapConfigurationPropertySource(named))
                        .bindOrCreate("seedgate", GenerationSettings.class);
        return new QueueLimit(() -> List.copyOf(queues), budget, settings);
    }

    /** A vendor's rate, without a database. */
    private static final class ActedBudget implements RateBudget {

        private final double rate;
        private long submits;
        private boolean open = true;

        ActedBudget(double rate) {
            this.rate = rate;
        }

        @Override
        public CallCapacity capacity() {
            return new CallCapacity(open ? 24 : 0, 32, false, Duration.ZERO);
        }

        @Override
        public long submitsGranted() {
            return submits;
        }

        @Override
        public double requestsPerSecond() {
            return rate;
        }

        @Override
        public PermitGrant take(int wantedSubmits, int wantedPolls) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Duration permitWait() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Optional<Duration> createRetryAfter(boolean queueIsEmpty) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean createsAreStopped() {
            throw new UnsupportedOperationException();
        }
    }
}
