package dev.seedgate.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.FreePort;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Invariants;
import dev.seedgate.testing.TestDatabase;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Case 29. */
@Tag("faults")
class RollingRestartTests {

    private static final int REPLICAS = 3;

    private final TestDatabase database = TestDatabase.create();
    private final FakeVendor vendor = FakeVendor.start();
    private final AtomicReferenceArray<GatewayProcess> replicas =
            new AtomicReferenceArray<>(REPLICAS);
    private final Map<String, String> accepted = new ConcurrentHashMap<>();
    private volatile boolean loading = true;

    /** After a failure too: three gateways beside them would slow all later tests down. */
    @AfterEach
    void stop() {
        loading = false;
        for (int i = 0; i < REPLICAS; i++) {
            GatewayProcess replica = replicas.get(i);
            if (replica != null) {
                replica.close();
            }
        }
        vendor.close();
    }

    @Test
    void losesNothingAndDoubtsNothingWhenEveryReplicaIsRestartedUnderLoad()
            throws InterruptedException {
        for (int i = 0; i < REPLICAS; i++) {
            replicas.set(i, launch(i));
        }
        for (int i = 0; i < REPLICAS; i++) {
            replicas.get(i).awaitReady();
        }
        // An answer takes its time, so that there is always a submit in flight when one stops.
        vendor.onEveryGenerate((request, connection) ->
                vendor.acceptLate(Duration.ofSeconds(1)).to(request, connection));
        Team team = replicas.get(0).gateway().team();
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            int client = i;
            clients.add(Thread.ofVirtual().start(() -> load(team, client)));
        }
        for (int i = 0; i < REPLICAS; i++) {
            int before = accepted.size();
            Awaitility.await().until(() -> accepted.size() > before + 10);
            replicas.get(i).stop();
            replicas.set(i, launch(i).awaitReady());
        }
        loading = false;
        for (Thread client : clients) {
            client.join();
        }
        everythingSucceeds();
        assertThat(database.text("select count(*) from task")).isEqualTo("" + accepted.size());
        assertThat(database.text("select count(*) from task_event where phase = 'UNCERTAIN'"))
                .isEqualTo("0");
        assertThat(VendorLog.byPrompt(vendor))
                .hasSameSizeAs(accepted)
                .allSatisfy((_, times) -> assertThat(times).isOne());
        Invariants.check(database);
    }

    private GatewayProcess launch(int index) {
        int port =
                replicas.get(index) == null
                        ? FreePort.find()
                        : replicas.get(index).gateway().port();
        return GatewayProcess.launch(
                "replica-" + index,
                port,
                database,
                vendor,
                "spring.datasource.hikari.maximum-pool-size=4");
    }

    /** A client as it should be: it tries the next replica, with the same idempotency key. */
    private void load(Team team, int client) {
        for (int i = 0; loading; i++) {
            // A steady load, not all that the machine can bear while it starts three gateways.
            LockSupport.parkNanos(300_000_000);
            String prompt = "clip " + client + "-" + i;
            for (int attempt = client; ; attempt++) {
                Gateway gateway = replicas.get(attempt % REPLICAS).gateway();
                try {
                    Answer answer =
                            new Team(gateway, team.slug(), team.key())
                                    .generate(prompt, "Idempotency-Key", client + "-" + i);
                    if (answer.status() == 200) {
                        accepted.put(prompt, answer.data().get("task_id").stringValue());
                        // Hundreds that render would be asked for ten times a second each.
                        VendorLog.finishAll(vendor);
                        break;
                    }
                    assertThat(answer.status()).as(answer.toString()).isIn(409, 503);
                } catch (UncheckedIOException e) {
                    // It has stopped; the next one serves.
                }
            }
        }
    }

    private void everythingSucceeds() {
        Awaitility.await("every accepted task succeeds")
                .until(() -> {
                    VendorLog.finishAll(vendor);
                    return database.text("select count(*) from task where phase = 'SUCCEEDED'")
                            .equals("" + accepted.size());
                });
    }
}
