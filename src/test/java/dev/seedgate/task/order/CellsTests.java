package dev.seedgate.task.order;

import static dev.seedgate.platform.values.ErrorCode.INVALID_API_KEY;
import static dev.seedgate.platform.values.ErrorCode.TASK_NOT_FOUND;
import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.platform.values.TaskId;
import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Invariants;
import dev.seedgate.testing.TestDatabase;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Two gateways on two PostgreSQL servers before one vendor: a team is in one of them. */
class CellsTests {

    private static final String CLIP = "https://cdn.example.com/clip.mp4";
    private static final Instant NOW = Instant.parse("2026-11-25T12:00:00.123Z");

    @Test
    void meetInNoIdNoIdempotencyKeyAndNoLedger() throws IOException {
        try (EmbeddedPostgres second = EmbeddedPostgres.builder().start();
                FakeVendor vendor = FakeVendor.start();
                Gateway zero = Gateway.start(TestDatabase.create(), vendor);
                Gateway one =
                        Gateway.start(
                                new TestDatabase(second.getJdbcUrl("postgres", "postgres")),
                                vendor,
                                "seedgate.cell=1")) {
            Team here = zero.team("monthly_quota", 10000);
            Team there = one.team("monthly_quota", 10000);
            assertThat(zero.database().text("select max(id) from team"))
                    .as("a team's number is its database's own")
                    .isEqualTo(one.database().text("select max(id) from team"));
            List<String> ofZero = creates(here);
            List<String> ofOne = creates(there);
            assertThat(ofZero).allMatch(it -> it.endsWith("0"));
            assertThat(ofOne).allMatch(it -> it.endsWith("1")).doesNotContainAnyElementsOf(ofZero);

            assertThat(there.get("/api/status?task_id=" + ofZero.getFirst()))
                    .hasError(TASK_NOT_FOUND);
            assertThat(one.call("GET", "/api/credits", here.key(), null)).hasError(INVALID_API_KEY);

            end(vendor, here, ofZero);
            end(vendor, there, ofOne);
            books(zero, here, "0", ofZero.size());
            books(one, there, "1", ofOne.size());
        }
    }

    /** Some of them with idempotency keys that the other cell's team uses too. */
    private static List<String> creates(Team team) {
        List<String> tasks = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Answer first = team.generate("a boat", "Idempotency-Key", "order-" + i);
            Answer again = team.generate("a boat", "Idempotency-Key", "order-" + i);
            assertThat(again.body()).isEqualTo(first.body());
            assertThat(again).hasHeader("Idempotent-Replayed", "true");
            tasks.add(first.data().get("task_id").stringValue());
            tasks.add(team.create("another boat"));
        }
        return tasks;
    }

    private static void end(FakeVendor vendor, Team team, List<String> tasks) {
        for (String task : tasks) {
            vendor.finish(team.upstreamId(task), CLIP);
        }
        tasks.forEach(task -> team.await(task, "SUCCEEDED"));
    }

    private static void books(Gateway gateway, Team team, String cell, int tasks) {
        Invariants.check(gateway.database());
        assertThat(team).hasUsed(65L * tasks);
        assertThat(gateway.admin("GET", "/vendor-balance", null).json())
                .as("what its own tasks took, of the one account at the vendor")
                .has("taken", 65L * tasks);
        for (String column :
                List.of(
                        "id from task",
                        "task_id from ledger_entry where task_id is not null",
                        "task_id from idempotency_key",
                        "task_id from task_event",
                        "task_id from vendor_job")) {
            assertThat(gateway.database().rows("select " + column))
                    .as(column)
                    .isNotEmpty()
                    .allMatch(it -> it.endsWith(cell));
        }
        assertThat(
                        gateway.database()
                                .rows(
                                        "select e.id from task_event e join task t on t.id = e.task_id where e.team_id <> t.team_id"))
                .isEmpty();
    }

    @Test
    void sortsNewIdsAndThoseWithoutACellByTime() {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            char cell = "0zA9".charAt(i % 4);
            String id = TaskId.create(NOW.plusMillis(i), cell).value();
            assertThat(id).matches("sd15p_[A-Za-z0-9]{22}" + cell);
            ids.add(i % 3 == 0 ? id.substring(0, id.length() - 1) : id);
        }
        List<String> sorted = new ArrayList<>(ids);
        Collections.sort(sorted);
        assertThat(sorted).isEqualTo(ids);
    }

    @Test
    void makesNoIdTwiceInOneMillisecond() {
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < 10_000; i++) {
            ids.add(TaskId.create(NOW, '0').value());
            ids.add(TaskId.create(NOW, '1').value());
        }
        assertThat(ids).hasSize(20_000);
    }
}
