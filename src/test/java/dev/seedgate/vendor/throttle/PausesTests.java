package dev.seedgate.vendor.throttle;

import static dev.seedgate.testing.FakeVendor.answer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.TestDatabase;
import dev.seedgate.vendor.client.UpstreamFixture;
import dev.seedgate.vendor.contract.PauseReason;
import dev.seedgate.vendor.contract.SubmitAnswer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.DataAccessException;

/** Stops that spread over the cluster, and the probes that end them. */
class PausesTests {

    private static final TestDatabase DATABASE = TestDatabase.create();

    private final FakeVendor fake = FakeVendor.start();
    private final UpstreamFixture one = UpstreamFixture.of(DATABASE, fake);
    private final UpstreamFixture other = UpstreamFixture.of(DATABASE, fake);

    @BeforeEach
    void startAfresh() {
        DATABASE.execute("truncate upstream_pause, upstream_budget");
        DATABASE.shiftTime(Duration.ZERO);
    }

    @AfterEach
    void close() {
        one.close();
        other.close();
        fake.close();
    }

    @Test
    void stopsEveryInstanceWhenTheKeyIsWrong() {
        fake.onGenerate(FakeVendor.error(401));
        long before = System.nanoTime();
        one.submit();
        other.pauses().refresh();
        for (UpstreamFixture each : List.of(one, other)) {
            PermitGrant grant = each.budget().take(5, 5);
            assertThat(grant.submits()).isEmpty();
            assertThat(grant.polls()).isEmpty();
            assertIsLeft(grant.retryIn(), Duration.ofSeconds(10), before);
            assertThat(each.budget().createRetryAfter(false)).isPresent();
        }
    }

    @Test
    void letsPollsGoOnWhenTheCreditIsUsedUp() {
        fake.onGenerate(FakeVendor.error(402));
        one.submit();
        other.pauses().refresh();
        PermitGrant grant = other.budget().take(5, 5);
        assertThat(grant.submits()).isEmpty();
        assertThat(grant.polls()).hasSize(5);
        assertThat(grant.polls()).noneMatch(Permit::probe);
    }

    @Test
    void probesOnceAnIntervalInTheWholeCluster() {
        fake.onGenerate(FakeVendor.error(402), FakeVendor.error(402));
        one.submit();
        other.pauses().refresh();
        pass(Duration.ofSeconds(11));
        List<Permit> permits = one.budget().take(5, 0).submits();
        assertThat(permits).containsExactly(new Permit(permits.getFirst().deadlineNanos(), true));
        assertThat(other.budget().take(5, 0).submits()).isEmpty();
        assertThat(one.budget().take(5, 0).submits()).isEmpty();
        assertThat(one.vendor().submit(UpstreamFixture.CLIP, permits.getFirst()))
                .isInstanceOf(SubmitAnswer.AccountStopped.class);
        assertThat(other.budget().take(5, 0).submits()).isEmpty();
        pass(Duration.ofSeconds(22));
        Permit second = other.budget().take(5, 0).submits().getFirst();
        assertThat(other.vendor().submit(UpstreamFixture.CLIP, second))
                .isInstanceOf(SubmitAnswer.Accepted.class);
        one.pauses().refresh();
        pass(Duration.ofSeconds(23));
        assertThat(one.budget().take(5, 0).submits()).hasSize(5).noneMatch(Permit::probe);
        assertThat(one.budget().createRetryAfter(false)).isEmpty();
    }

    @Test
    void endsAWrongKeyByAPollToo() {
        fake.onGenerate(FakeVendor.html(403));
        one.submit();
        pass(Duration.ofSeconds(11));
        Permit probe = one.budget().take(0, 5).polls().getFirst();
        assertThat(probe.probe()).isTrue();
        one.vendor().poll("nobody-knows-it", probe);
        assertThat(one.pauses().accountStop()).isNull();
    }

    @Test
    void probesInTurnsWithPollsAndSubmits() {
        fake.onGenerate(FakeVendor.error(401));
        one.submit();
        pass(Duration.ofSeconds(11));
        assertThat(one.budget().take(5, 5).polls()).hasSize(1);
        pass(Duration.ofSeconds(22));
        assertThat(one.budget().take(5, 5).submits()).hasSize(1);
        pass(Duration.ofSeconds(33));
        assertThat(one.budget().take(5, 5).polls()).hasSize(1);
    }

    @Test
    void isNotEndedByWhatProvesNothing() {
        one.pauses().stopAccount(PauseReason.ACCOUNT_KEY, "test");
        one.pauses().stopAccount(PauseReason.ACCOUNT_CREDIT, "test");
        fake.onGenerate(FakeVendor.html(502), FakeVendor.error(400));
        one.vendor().submit(UpstreamFixture.CLIP, UpstreamFixture.probe());
        assertThat(one.pauses().accountStop()).isEqualTo(PauseReason.ACCOUNT_KEY);
        one.vendor().submit(UpstreamFixture.CLIP, UpstreamFixture.probe());
        assertThat(one.pauses().accountStop()).isEqualTo(PauseReason.ACCOUNT_CREDIT);
        one.vendor().submit(UpstreamFixture.CLIP, UpstreamFixture.probe());
        assertThat(one.pauses().accountStop()).isNull();
    }

    @Test
    void endsOnlyItself() {
        one.pauses().stopAccount(PauseReason.ACCOUNT_CREDIT, "test");
        one.pauses().throttle(Duration.ofSeconds(5), "test");
        DATABASE.execute(
                "insert into upstream_pause (upstream, reason) values ('seedance', 'OPERATOR')");
        pass(Duration.ofSeconds(6));
        assertThat(one.pauses().pollsWait()).isZero();
        assertThat(one.pauses().submitsWait()).isPositive();
        assertThat(one.budget().take(5, 5).submits()).isEmpty();
        assertThat(one.budget().take(5, 5).polls()).isNotEmpty();
        one.pauses().lift(PauseReason.ACCOUNT_CREDIT);
        assertThat(one.pauses().accountStop()).isNull();
        assertThat(one.budget().take(5, 0).submits()).isEmpty();
        one.pauses().lift(PauseReason.OPERATOR);
        pass(Duration.ofSeconds(7));
        assertThat(one.budget().take(5, 0).submits()).hasSize(5);
    }

    @Test
    void pausesTheClusterForAsLongAsTheVendorAsks() {
        fake.onGenerate(FakeVendor.throttle("70"));
        long before = System.nanoTime();
        one.submit();
        other.pauses().refresh();
        PermitGrant grant = other.budget().take(5, 5);
        assertThat(grant.submits()).isEmpty();
        assertThat(grant.polls()).isEmpty();
        assertIsLeft(grant.retryIn(), Duration.ofSeconds(70), before);
        assertThat(other.budget().createRetryAfter(false)).isEmpty();
        assertThat(other.submit()).isInstanceOf(SubmitAnswer.NotSent.class);
        pass(Duration.ofSeconds(71));
        assertThat(other.budget().take(2, 2).submits()).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"soon", "-"})
    void backsOffLongerEachTimeWhenTheVendorNamesNoTime(String garbage) {
        // The time stands still, or a slow machine would let a pause end before it is looked at.
        DATABASE.stopTime(Duration.ZERO);
        long now = 0;
        for (long wait : List.of(1, 2, 4, 8)) {
            fake.onGenerate(FakeVendor.throttle(garbage));
            one.submit();
            // Those that were in flight at the same time don't count again.
            one.pauses().throttle(null, "in flight together");
            assertThat(secondsOfThrottling()).isEqualTo(wait);
            assertThat(one.pauses().pollsWait()).isLessThanOrEqualTo(Duration.ofSeconds(wait));
            now += wait + 1;
            DATABASE.stopTime(Duration.ofSeconds(now));
            one.pauses().refresh();
        }
        one.submit();
        fake.onGenerate(FakeVendor.throttle(garbage));
        one.submit();
        assertThat(secondsOfThrottling()).isEqualTo(1);
    }

    @Test
    void neverShortensAPauseThatWasAskedFor() {
        long before = System.nanoTime();
        one.pauses().throttle(Duration.ofSeconds(60), "test");
        one.pauses().throttle(Duration.ofSeconds(1), "test");
        assertIsLeft(one.pauses().pollsWait(), Duration.ofSeconds(60), before);
    }

    @Test
    void letsOneCreateInAsTheProbeWhenNothingIsQueued() {
        assertThat(one.budget().createRetryAfter(true)).isEmpty();
        one.pauses().stopAccount(PauseReason.ACCOUNT_CREDIT, "test");
        assertThat(one.budget().createRetryAfter(false)).isPresent();
        other.pauses().refresh();
        assertThat(one.budget().createRetryAfter(true)).isEmpty();
        assertThat(one.budget().createRetryAfter(true)).isPresent();
        assertThat(other.budget().createRetryAfter(true)).as("of the whole cluster").isPresent();
    }

    @Test
    void keepsAStopInMemoryUntilTheDatabaseIsBack() {
        DATABASE.execute("alter table upstream_pause rename to away");
        try {
            fake.onGenerate(FakeVendor.error(402));
            assertThat(one.submit()).isInstanceOf(SubmitAnswer.AccountStopped.class);
            assertThat(one.pauses().accountStop()).isEqualTo(PauseReason.ACCOUNT_CREDIT);
            assertThatThrownBy(() -> one.pauses().refresh())
                    .isInstanceOf(DataAccessException.class);
        } finally {
            DATABASE.execute("alter table away rename to upstream_pause");
        }
        other.pauses().refresh();
        assertThat(other.pauses().accountStop()).isNull();
        one.pauses().refresh();
        other.pauses().refresh();
        assertThat(other.pauses().accountStop()).isEqualTo(PauseReason.ACCOUNT_CREDIT);
    }

    @Test
    void watchesWithoutEnd() {
        PauseRefresher watch = new PauseRefresher(other.pauses(), Duration.ofMillis(10), () -> {});
        watch.start();
        try {
            DATABASE.execute("alter table upstream_pause rename to away");
            DATABASE.execute("alter table away rename to upstream_pause");
            one.pauses().stopAccount(PauseReason.ACCOUNT_KEY, "test");
            await().until(() -> other.pauses().accountStop() == PauseReason.ACCOUNT_KEY);
        } finally {
            watch.stop();
        }
        assertThat(watch.isRunning()).isFalse();
    }

    @Test
    void takesAnEnvelopedErrorForASignOfAGoodKey() {
        one.pauses().stopAccount(PauseReason.ACCOUNT_KEY, "test");
        fake.onStatus(answer(404, "<html>"), FakeVendor.error(404));
        one.vendor().poll("t", UpstreamFixture.probe());
        assertThat(one.pauses().accountStop()).isEqualTo(PauseReason.ACCOUNT_KEY);
        one.vendor().poll("t", UpstreamFixture.probe());
        assertThat(one.pauses().accountStop()).isNull();
    }

    /**
     * Asserts that nothing is missing of a wait but the time since {@code before}, which is by
     * {@link System#nanoTime()} and no later than its beginning.
     */
    private static void assertIsLeft(Duration left, Duration whole, long before) {
        Duration passed = Duration.ofNanos(System.nanoTime() - before);
        // The clocks of the database and of this process may go a little apart.
        assertThat(left).isBetween(whole.minus(passed).minusMillis(100), whole);
    }

    /** How long the throttling lasts from the database's now on, exactly when its time stands. */
    private static long secondsOfThrottling() {
        return Long.parseLong(
                DATABASE.text(
                        "select round(extract(epoch from until - gateway_now())) from upstream_pause where reason = 'THROTTLED'"));
    }

    /** Moves the database's time to so long after the start, and lets all instances look. */
    private void pass(Duration sinceStart) {
        DATABASE.shiftTime(sinceStart);
        one.pauses().refresh();
        other.pauses().refresh();
    }
}
