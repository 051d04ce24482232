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

/** How long the dispatcher rests after a look at what is due. */
class DispatcherTests {

    private static final Duration INTERVAL = Duration.ofMillis(700);

    private static FakeVendor vendor;
    private static Gateway gateway;

    @BeforeAll
    static void start() {
        vendor = FakeVendor.start();
        gateway =
                Gateway.start(
                        TestDatabase.create(),
                        vendor,
                        "seedgate.dispatch-interval=" + INTERVAL.toMillis() + "ms");
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
}
