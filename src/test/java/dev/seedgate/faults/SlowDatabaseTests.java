package dev.seedgate.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A long way to the database lowers what is dispatched with its round trips, and never to nothing.
 */
@Tag("faults")
class SlowDatabaseTests {

    private static final int TASKS = 20;

    @ParameterizedTest
    @ValueSource(ints = {5, 30, 100})
    void submitsOverALongWayToTheDatabase(int roundTripMillis) throws Exception {
        TestDatabase database = TestDatabase.create();
        try (TcpProxy way = TcpProxy.before(database);
                FakeVendor vendor = FakeVendor.start();
                Gateway gateway =
                        Gateway.start(
                                way.database(),
                                vendor,
                                "seedgate.upstream-requests-per-second=20",
                                "seedgate.dispatch-interval=1s",
                                "seedgate.poll-first-after=1h")) {
            Team team = gateway.team();
            way.delay(Duration.ofMillis(roundTripMillis));
            List<String> tasks = new ArrayList<>();
            for (int i = 0; i < TASKS; i++) {
                tasks.add(team.create("over a long way"));
            }
            Awaitility.await().until(() -> vendor.generates().size() >= TASKS);
            way.delay(Duration.ZERO);
            tasks.forEach(task -> team.await(task, "RENDERING"));
            assertThat(vendor.generates()).hasSize(TASKS);
            // Each was begun once: no permit was in vain, and no try cost transactions for nothing.
            assertThat(database.text("select max(attempt) from task")).isEqualTo("1");
        }
    }
}
