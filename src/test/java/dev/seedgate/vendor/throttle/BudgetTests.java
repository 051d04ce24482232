package dev.seedgate.vendor.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.TestDatabase;
import dev.seedgate.vendor.client.UpstreamFixture;
import dev.seedgate.vendor.contract.Endpoint;
import dev.seedgate.vendor.contract.PollAnswer;
import dev.seedgate.vendor.contract.SubmitAnswer;
import dev.seedgate.vendor.contract.UpstreamSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One rate for the whole cluster, shared between submits and polls. */
class BudgetTests {

    private static final TestDatabase DATABASE = TestDatabase.create();

    private final FakeVendor fake = FakeVendor.start();
    private final List<UpstreamFixture> instances = new ArrayList<>();

    @BeforeEach
    void startAfresh() {
        DATABASE.execute("truncate upstream_pause, upstream_budget");
        standStill(0);
    }

    @AfterEach
    void close() {
        instances.forEach(UpstreamFixture::close);
        fake.close();
    }

    @Test
    void neverExceedsTheRateOverManyInstances() throws Exception {
        // 40 a second: a burst of 2 at rest, and never more than 40 in any one second.
        List<UpstreamFixture> cluster = List.of(gateway("40"), gateway("40"), gateway("40"));
        List<Integer> perStep = new ArrayList<>();
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int step = 0; step < 60; step++) {
                standStill(step * 25L);
                perStep.add(takeAtOnce(pool, cluster));
            }
        }
        for (int from = 0; from + 40 <= perStep.size(); from++) {
            int second = perStep.subList(from, from + 40).stream().mapToInt(it -> it).sum();
            assertThat(second).isBetween(38, 40);
        }
        assertThat(perStep).allMatch(it -> it <= 2);
    }

    private static int takeAtOnce(ExecutorService pool, List<UpstreamFixture> cluster)
            throws Exception {
        List<Callable<Integer>> takers = new ArrayList<>();
        cluster.forEach(each -> takers.add(() -> count(each.budget().take(5, 5))));
        cluster.forEach(each -> takers.add(() -> count(each.budget().take(1, 0))));
        int taken = 0;
        for (Future<Integer> each : pool.invokeAll(takers)) {
            taken += each.get();
        }
        return taken;
    }

    @Test
    void tellsWhenToAskAgain() {
        UpstreamFixture gateway = gateway("2");
        assertThat(count(gateway.budget().take(1, 0))).isEqualTo(1);
        standStill(100);
        PermitGrant refused = gateway.budget().take(1, 0);
        assertThat(count(refused)).isZero();
        assertThat(refused.retryIn()).isEqualTo(Duration.ofMillis(400));
        standStill(100 + refused.retryIn().toMillis());
        assertThat(count(gateway.budget().take(1, 0))).isEqualTo(1);
    }

    @Test
    void sparesNothingForLater() {
        UpstreamFixture gateway = gateway("10");
        assertThat(count(gateway.budget().take(50, 50))).isEqualTo(1);
        standStill(Duration.ofHours(1).toMillis());
        assertThat(count(gateway.budget().take(50, 50))).isEqualTo(1);
    }

    @Test
    void keepsFractionalRates() {
        UpstreamFixture gateway = gateway("0.5");
        assertThat(count(gateway.budget().take(1, 1))).isEqualTo(1);
        standStill(1_999);
        assertThat(count(gateway.budget().take(1, 1))).isZero();
        standStill(2_000);
        assertThat(count(gateway.budget().take(1, 1))).isEqualTo(1);
    }

    @Test
    void recoversFromAClockThatWasSetBack() {
        UpstreamFixture gateway = gateway("10");
        standStill(Duration.ofDays(1).toMillis());
        assertThat(count(gateway.budget().take(1, 0))).isEqualTo(1);
        standStill(0);
        assertThat(count(gateway.budget().take(1, 0))).isEqualTo(1);
    }

    @Test
    void splitsInHalvesAndGivesWhatOneLeavesToTheOther() {
        UpstreamFixture gateway = gateway("200", "unanswered-submits", "24");
        assertSplit(gateway.budget().take(10, 10), 5, 5);
        standStill(1_000);
        assertSplit(gateway.budget().take(2, 10), 2, 8);
        standStill(2_000);
        assertSplit(gateway.budget().take(10, 1), 9, 1);
        standStill(3_000);
        assertSplit(gateway.budget().take(10, 0), 10, 0);
        standStill(4_000);
        assertSplit(gateway.budget().take(0, 3), 0, 3);
    }

    @Test
    void alternatesSinglePermits() {
        UpstreamFixture gateway = gateway("10");
        int submits = 0;
        for (int i = 0; i < 10; i++) {
            standStill(i * 100L);
            submits += gateway.budget().take(5, 5).submits().size();
        }
        assertThat(submits).isEqualTo(5);
    }

    @Test
    void givesPermitsThatEndSoon() {
        UpstreamFixture gateway = gateway("10");
        long before = System.nanoTime();
        Permit permit = gateway.budget().take(1, 0).submits().getFirst();
        long after = System.nanoTime();
        assertThat(permit.probe()).isFalse();
        long life = Duration.ofMillis(200).toNanos();
        assertThat(permit.deadlineNanos() - before).isBetween(life, life + after - before);
    }

    @Test
    void givesNothingBeforeTheSandboxIsUp() {
        UpstreamSettings settings = UpstreamFixture.settings(java.util.Map.of());
        UpstreamFixture sandbox =
                UpstreamFixture.of(DATABASE, Endpoint.of(settings, "key"), settings);
        instances.add(sandbox);
        assertThat(count(sandbox.budget().take(1, 1))).isZero();
        assertThat(sandbox.submit()).isInstanceOf(SubmitAnswer.NotSent.class);
    }

    @Test
    void opensTheBreakerAfterFiveAmbiguousAnswersInARow() {
        UpstreamFixture gateway = gateway("100000", "unanswered-submits", "24");
        fake.onEveryGenerate(FakeVendor.html(502));
        for (int i = 0; i < 4; i++) {
            assertThat(gateway.submit()).isInstanceOf(SubmitAnswer.Uncertain.class);
        }
        fake.onGenerate(FakeVendor.error(400));
        gateway.submit();
        for (int i = 0; i < 5; i++) {
            assertThat(gateway.budget().take(9, 0).submits()).hasSize(9);
            standStill((i + 1) * 1_000L);
            assertThat(gateway.submit()).isInstanceOf(SubmitAnswer.Uncertain.class);
        }
        assertThat(gateway.submit()).isInstanceOf(SubmitAnswer.NotSent.class);
        assertThat(fake.generates()).hasSize(10);
        for (long wait : List.of(5, 10, 20, 40, 60, 60)) {
            PermitGrant grant = gateway.budget().take(9, 0);
            assertThat(grant.submits()).isEmpty();
            assertThat(grant.retryIn())
                    .isBetween(Duration.ofSeconds(wait), Duration.ofMillis(wait * 1000 + 1));
            gateway.breakerClock().advance(grant.retryIn());
            assertThat(gateway.budget().take(9, 0).submits()).hasSize(1);
            assertThat(gateway.submit()).isInstanceOf(SubmitAnswer.Uncertain.class);
        }
        assertThat(gateway.poll("t")).isInstanceOf(PollAnswer.UnknownTask.class);
        assertThat(fake.statuses()).hasSize(1);
        gateway.breakerClock().advance(Duration.ofSeconds(61));
        fake.onEveryGenerate(null);
        assertThat(gateway.submit()).isInstanceOf(SubmitAnswer.Accepted.class);
        standStill(60_000);
        assertThat(gateway.budget().take(9, 0).submits()).hasSize(9);
    }

    @Test
    void givesNothingWhenTheBulkheadIsFull() throws Exception {
        UpstreamFixture gateway = gateway("1000", "max-concurrent", "4", "submit-timeout", "5s");
        fake.onEveryGenerate(fake.acceptLate(Duration.ofMillis(400)));
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<SubmitAnswer>> answers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                answers.add(pool.submit(gateway::submit));
            }
            while (fake.generates().size() < 3) {
                Thread.onSpinWait();
            }
            // Full is not shut: who waits for the next place must not be sent away.
            assertThat(gateway.budget().capacity().submits()).isEqualTo(3);
            assertThat(gateway.budget().capacity().polls()).isEqualTo(4);
            // The last place is kept for polls.
            assertSplit(gateway.budget().take(5, 5), 0, 1);
            for (Future<SubmitAnswer> each : answers) {
                assertThat(each.get()).isInstanceOf(SubmitAnswer.Accepted.class);
            }
        }
        standStill(1_000);
        assertSplit(gateway.budget().take(2, 2), 2, 2);
    }

    @Test
    void leavesAHandfulUnansweredWhenTheVendorIsSilentFromTheStart() throws Exception {
        UpstreamFixture gateway = gateway("1000", "submit-timeout", "400ms");
        fake.onEveryGenerate(fake.acceptLate(Duration.ofSeconds(2)));
        assertThat(gateway.budget().capacity().submits()).isEqualTo(5);
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<SubmitAnswer>> answers = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                answers.add(pool.submit(gateway::submit));
            }
            Map<Class<?>, Integer> counts = new HashMap<>();
            for (Future<SubmitAnswer> each : answers) {
                counts.merge(each.get().getClass(), 1, Integer::sum);
            }
            assertThat(counts)
                    .containsEntry(SubmitAnswer.Uncertain.class, 5)
                    .containsEntry(SubmitAnswer.NotSent.class, 15);
        }
        assertThat(gateway.budget().capacity().submits()).as("the breaker is open").isZero();
    }

    @Test
    void letsOneMoreWaitWithEachAnswerAndFewAfterAnAmbiguousOne() {
        UpstreamFixture gateway = gateway("1000", "max-concurrent", "12");
        for (int answers = 0; answers < 10; answers++) {
            assertThat(gateway.budget().capacity().submits()).isEqualTo(Math.min(9, 5 + answers));
            fake.onGenerate(answers % 2 == 0 ? FakeVendor.error(400) : FakeVendor.throttle("1"));
            gateway.submit();
            DATABASE.execute("truncate upstream_pause");
            gateway.pauses().refresh();
        }
        fake.onGenerate(FakeVendor.html(502));
        gateway.submit();
        assertThat(gateway.budget().capacity().submits()).isEqualTo(5);
    }

    @Test
    void tellsHowManySubmitsTheClusterHasMade() {
        UpstreamFixture one = gateway("200");
        UpstreamFixture other = gateway("200");
        assertThat(one.budget().submitsGranted()).isZero();
        assertSplit(one.budget().take(2, 3), 2, 3);
        standStill(1_000);
        assertSplit(other.budget().take(0, 4), 0, 4);
        standStill(2_000);
        // What was given is counted with the next take, so that counting costs no statement.
        one.budget().take(1, 0);
        standStill(3_000);
        other.budget().take(1, 0);
        assertThat(one.budget().submitsGranted()).isEqualTo(2);
    }

    private UpstreamFixture gateway(String rate, String... more) {
        List<String> pairs = new ArrayList<>(List.of(more));
        pairs.addAll(List.of("requests-per-second", rate));
        UpstreamFixture instance = UpstreamFixture.of(DATABASE, fake, pairs.toArray(String[]::new));
        instances.add(instance);
        return instance;
    }

    private static void standStill(long millis) {
        DATABASE.stopTime(Duration.ofMillis(millis));
    }

    private static int count(PermitGrant grant) {
        return grant.submits().size() + grant.polls().size();
    }

    private static void assertSplit(PermitGrant grant, int submits, int polls) {
        assertThat(grant.submits()).hasSize(submits);
        assertThat(grant.polls()).hasSize(polls);
    }
}
