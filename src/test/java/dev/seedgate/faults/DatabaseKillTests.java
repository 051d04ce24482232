package dev.seedgate.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Invariants;
import dev.seedgate.testing.TestDatabase;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Case 24. */
@Tag("faults")
class DatabaseKillTests {

    @TempDir private Path data;

    private final FakeVendor vendor = FakeVendor.start();
    private final Map<String, String> accepted = new ConcurrentHashMap<>();
    private EmbeddedPostgres second;
    private volatile boolean loading = true;

    @AfterEach
    void stop() throws IOException {
        vendor.close();
        if (second != null) {
            second.close();
        }
    }

    @Test
    void keepsEveryTaskThatAClientWasToldOfWhenTheDatabaseIsKilledUnderLoad() throws Exception {
        EmbeddedPostgres first = start(0);
        int port = first.getPort();
        TestDatabase database = new TestDatabase(first.getJdbcUrl("postgres", "postgres"));
        try (Gateway gateway =
                Gateway.start(database, vendor, "seedgate.dispatch-sweep-interval=100ms")) {
            Team team = gateway.team();
            List<Thread> clients = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                String client = "client " + i;
                clients.add(Thread.ofVirtual().start(() -> load(team, client)));
            }
            awaitMoreThan(100);
            killNine(Path.of(data.toString(), "postmaster.pid"));
            first.close();
            Map<String, String> told = Map.copyOf(accepted);
            second = start(port);
            assertThat(second.getPort()).isEqualTo(port);
            assertThat(database.rows("select id from task")).containsAll(told.values());
            awaitMoreThan(accepted.size() + 50);
            loading = false;
            for (Thread client : clients) {
                client.join();
            }
            everythingComesToRest(database);
            assertThat(database.rows("select id from task")).containsAll(accepted.values());
            assertThat(VendorLog.byPrompt(vendor))
                    .allSatisfy((_, times) -> assertThat(times).isOne());
            // A key was used for one task, whatever the client was told the first time.
            assertThat(database.text("select count(*) from task")).isEqualTo("" + accepted.size());
            Invariants.check(database);
        }
    }

    private void load(Team team, String client) {
        for (int i = 0; loading; i++) {
            String name = client + " clip " + i;
            Answer answer =
                    Awaitility.await()
                            .pollInterval(Duration.ofMillis(20))
                            .until(
                                    () ->
                                            team.generate(
                                                    name,
                                                    "Idempotency-Key",
                                                    name.replace(' ', '-')),
                                    it -> it.status() == 200);
            accepted.put(name, answer.data().get("task_id").stringValue());
        }
    }

    private void awaitMoreThan(int count) {
        Awaitility.await().until(() -> accepted.size() > count);
    }

    private void everythingComesToRest(TestDatabase database) {
        int[] minutes = new int[1];
        Awaitility.await()
                .until(() -> {
                    VendorLog.finishAll(vendor);
                    database.shiftTime(Duration.ofMinutes(minutes[0]++));
                    return database.text(
                                    "select count(*) from task where phase in ('QUEUED', 'SUBMITTING', 'RENDERING')")
                            .equals("0");
                });
    }

    /** One that keeps what it says it has: the tests' own gives that up for speed. */
    private EmbeddedPostgres start(int port) throws IOException {
        return EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setPort(port)
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setPGStartupWait(Duration.ofMinutes(1))
                .start();
    }

    /** All of the server's processes at once. */
    private static void killNine(Path pidFile) throws IOException {
        long pid = Long.parseLong(Files.readAllLines(pidFile).getFirst().strip());
        ProcessHandle server = ProcessHandle.of(pid).orElseThrow();
        List<ProcessHandle> backends = server.descendants().toList();
        server.destroyForcibly();
        backends.forEach(ProcessHandle::destroyForcibly);
        server.onExit().join();
        backends.forEach(it -> it.onExit().join());
    }
}
