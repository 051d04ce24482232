package dev.seedgate.task.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Json;
import dev.seedgate.testing.TestDatabase;
import dev.seedgate.vendor.throttle.RateBudget;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the dispatcher claims, and how long it rests after a look at what is due. */
class DispatcherTests {

    private static final Duration INTERVAL = Duration.ofMillis(700);
    private static final int CALLS = 2;
    private static final int STORING = 3;

    private static FakeVendor vendor;
    private static Gateway gateway;

    @BeforeAll
    static void start() {
        vendor = FakeVendor.start();
        gateway =
                Gateway.start(
                        TestDatabase.create(),
                        vendor,
                        "seedgate.dispatch-interval=" + INTERVAL.toMillis() + "ms",
                        "seedgate.upstream-max-concurrent=" + CALLS,
                        "seedgate.dispatch-max-storing=" + STORING);
    }

    @AfterAll
    static void stop() {
        gateway.close();
        vendor.close();
    }

    /** What another test left rendering is polled in none. */
    @BeforeEach
    void beginWithNothingDue() {
        gateway.database().execute("delete from work");
        vendor.onEveryStatus(null);
    }

    /** Else it would ask the database as fast as it can, for as long as a vendor is down. */
    @Test
    void restsThoughPollsAreDueThatItMayNotMake() throws Exception {
        Dispatcher dispatcher = gateway.bean(Dispatcher.class);
        RateBudget budget = gateway.bean(RateBudget.class);
        Team team = gateway.team();
        List<String> rendering = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            rendering.add(team.create("a kite"));
        }
        rendering.forEach(team::upstreamId);

        // Those that another replica is about to take.
        gateway.database()
                .during(
                        "select from work for update",
                        () -> {
                            gateway.database().shiftTime(Duration.ofHours(1));
                            Awaitility.await()
                                    .untilAsserted(() ->
                                            assertThat(dispatcher.tick()).isEqualTo(INTERVAL));
                            assertThat(budget.capacity().polls()).isPositive();
                        });

        // Those that the vendor does not answer.
        vendor.onEveryStatus(FakeVendor.reset());
        Awaitility.await()
                .until(() -> {
                    gateway.database()
                            .execute(
                                    "update work set due_at = gateway_now() where due_at > gateway_now()");
                    return budget.capacity().polls() == 0;
                });
        gateway.database().shiftTime(Duration.ofHours(1));
        Awaitility.await().untilAsserted(() -> assertThat(dispatcher.tick()).isEqualTo(INTERVAL));
        assertThat(budget.capacity().polls()).isZero();
        assertThat(budget.capacity().submits()).isPositive();
    }

    /** While operators have paused the vendor creates are taken, each at its full rate. */
    @Test
    void isWokenByCreatesOnlyIfItMaySubmit() {
        RateBudget budget = gateway.bean(RateBudget.class);
        AtomicInteger signals = new AtomicInteger();
        Team team = gateway.team();
        gateway.admin("POST", "/upstream/pause", Json.of("reason", "maintenance"));
        try {
            Awaitility.await().until(() -> budget.capacity().submits() == 0);
            gateway.bean(WakeSignal.class).onSend(signals::incrementAndGet);
            team.create("while it is paused");
            assertThat(signals).hasValue(0);
        } finally {
            gateway.admin("POST", "/upstream/resume", Json.of("reason", "done"));
        }
        Awaitility.await().until(() -> budget.capacity().submits() > 0);
        int before = signals.get();
        team.create("and afterwards");
        assertThat(signals).hasValueGreaterThan(before);
    }

    /**
     * An answer that the database does not take yet keeps no call waiting, and no more threads than
     * are allowed.
     */
    @Test
    void callsTheVendorWhileAnswersAreBeingStored() {
        Team team = gateway.team();
        List<String> tasks = new ArrayList<>();
        int before = vendor.generates().size();
        gateway.database()
                .during(
                        // What begins an attempt does not write here.
                        "lock table vendor_job in share mode",
                        () -> {
                            for (int i = 0; i < CALLS + STORING + 2; i++) {
                                tasks.add(team.create("kite " + i));
                            }
                            Awaitility.await().until(() -> begun(tasks) == CALLS + STORING);
                            Awaitility.await()
                                    .until(() ->
                                            vendor.generates().size() - before == CALLS + STORING);
                            gateway.bean(Dispatcher.class).tick();
                            assertThat(begun(tasks)).isEqualTo(CALLS + STORING);
                        });
        tasks.forEach(team::upstreamId);
        assertThat(vendor.generates()).hasSize(before + tasks.size());
    }

    private static long begun(List<String> tasks) {
        return gateway.database().rows("select id from task where phase = 'SUBMITTING'").stream()
                .filter(tasks::contains)
                .count();
    }
}
