package dev.seedgate.credit.balance;

import static dev.seedgate.platform.values.ErrorCode.IDEMPOTENCY_KEY_REUSED;
import static dev.seedgate.platform.values.ErrorCode.UPSTREAM_UNAVAILABLE;
import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.seedgate.platform.audit.AuditLog;
import dev.seedgate.platform.telemetry.Loops;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.task.lifecycle.TaskExpiry;
import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Json;
import dev.seedgate.testing.PlannedConnection;
import dev.seedgate.testing.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What the company bought, less what the vendor took. */
class VendorBalanceTests {

    private static final AtomicInteger KEYS = new AtomicInteger();

    private static Gateway gateway;

    @BeforeAll
    static void start() {
        gateway =
                Gateway.start(
                        TestDatabase.create(),
                        FakeVendor.start(),
                        "seedgate.vendor-balance-reserve=100",
                        "seedgate.vendor-balance-interval=50ms",
                        "seedgate.vendor-balance-rollup-batch=7",
                        "seedgate.ledger-check-interval=1h");
    }

    @AfterAll
    static void stop() {
        gateway.close();
        gateway.vendor().close();
    }

    @Test
    void countsWhatTheVendorTookOrPerhapsTook() {
        purchase(100_000);
        long before = pool().get("taken").asLong();
        Team team = gateway.team();
        String right = team.create("right");
        assertThat(taken(before, team.upstreamId(right))).isEqualTo(65);
        gateway.vendor().finish(team.upstreamId(right), "https://x.example/y.mp4");
        String dear = team.create("dear");
        gateway.vendor().finishCharging(team.upstreamId(dear), 100, "https://x.example/y.mp4");
        String failed = team.create("failed");
        gateway.vendor().fail(team.upstreamId(failed), "no");
        gateway.vendor().onGenerate(FakeVendor.reset());
        String unknown = team.create("unknown");
        // Before the next answer is laid out, or the two may be sent in the other order.
        team.await(unknown, "UNCERTAIN");
        gateway.vendor().onGenerate(FakeVendor.error(400));
        String refused = team.create("refused");
        team.await(right, "SUCCEEDED");
        team.await(dear, "SUCCEEDED");
        team.await(failed, "FAILED");
        team.await(refused, "FAILED");
        long all = 65 + 100 + 65;
        assertThat(pool().get("taken").asLong() - before).isEqualTo(all);
        gateway.bean(TaskExpiry.class).refundUnresolved(new TaskId(unknown));
        team.await(unknown, "FAILED");
        JsonNode pool = pool();
        assertThat(pool.get("taken").asLong() - before).as("a possible loss stays").isEqualTo(all);
        assertThat(pool)
                .has("balance", pool.get("purchased").asLong() - pool.get("taken").asLong())
                .has("upstream", "seedance")
                .has("sandbox", false)
                .has("reserve", 100);
        // All of it within a day.
        assertThat(pool.at("/burn_per_day/last_7_days").asLong())
                .isEqualTo(pool.at("/burn_per_day/last_28_days").asLong())
                .isEqualTo(pool.get("taken").asLong());
        assertThat(pool)
                .has(
                        "/dry_on/last_7_days",
                        gateway.database()
                                .text(
                                        "select (gateway_now() at time zone 'UTC')::date + %d"
                                                .formatted(
                                                        pool.get("balance").asLong()
                                                                / pool.get("taken").asLong())));
        assertThat(difference("seedance")).isZero();
    }

    @Test
    void refusesCreatesBelowTheReserveAndTakesThemAgainAfterAPurchase() {
        purchase(100_000);
        Team team = gateway.team();
        team.create("a boat");
        JsonNode pool = pool();
        // Down to 99, one below the reserve.
        purchase(99 - pool.get("balance").asLong());
        await().until(() -> team.generate("a boat").status() == 503);
        long used = team.credits().get("used").asLong();
        Answer refused = team.generate("a boat");
        assertThat(refused).hasError(UPSTREAM_UNAVAILABLE).hasHeader("Retry-After", "60");
        assertThat(refused.body()).contains("nothing was charged");
        assertThat(team).hasUsed(used);
        assertThat(pool()).has("below_reserve", true);
        purchase(100_000);
        await().until(() -> team.generate("a boat").status() == 200);
    }

    @Test
    void recordsAPurchaseOnceAndListsThemNewestFirst() {
        String key = "order-" + KEYS.incrementAndGet();
        String body =
                Json.of("credits", 50000, "reason", "order 7", "cost", "499.90", "currency", "EUR");
        Answer first =
                gateway.admin("POST", "/vendor-balance/purchases", body, "Idempotency-Key", key);
        assertThat(first).hasStatus(201);
        assertThat(first.json()).has("cost", "499.9");
        Answer again =
                gateway.admin("POST", "/vendor-balance/purchases", body, "Idempotency-Key", key);
        assertThat(again.json()).has("id", first.json().get("id"));
        Answer other =
                gateway.admin(
                        "POST",
                        "/vendor-balance/purchases",
                        body.replace("499.90", "500"),
                        "Idempotency-Key",
                        key);
        assertThat(other).hasStatus(422).hasError(IDEMPOTENCY_KEY_REUSED);
        long correction = purchase(-1);
        JsonNode page = gateway.admin("GET", "/vendor-balance/purchases?limit=1", null).json();
        assertThat(page).has("/items/0/id", correction);
        JsonNode next =
                gateway.admin(
                                "GET",
                                "/vendor-balance/purchases?limit=1&cursor="
                                        + page.get("next_cursor").stringValue(),
                                null)
                        .json();
        assertThat(next).has("/items/0/id", first.json().get("id"));
        JsonNode audited = gateway.admin("GET", "/audit?action=pool.purchase&limit=1", null).json();
        assertThat(audited)
                .has("/items/0/object", "pool:seedance")
                .has("/items/0/after/credits", -1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"credits\":0,\"reason\":\"r\"}",
                "{\"credits\":5}",
                "{\"credits\":1.5,\"reason\":\"r\"}",
                "{\"credits\":5,\"reason\":\"r\",\"cost\":\"5\"}",
                "{\"credits\":5,\"reason\":\"r\",\"cost\":\"five\",\"currency\":\"EUR\"}",
                "{\"credits\":5,\"reason\":\"r\",\"cost\":\"5.00001\",\"currency\":\"EUR\"}",
                "{\"credits\":5,\"reason\":\"r\",\"cost\":\"5\",\"currency\":\"QQQ\"}"
            })
    void refusesAPurchaseThatIsNone(String body) {
        Answer answer =
                gateway.admin(
                        "POST",
                        "/vendor-balance/purchases",
                        body,
                        "Idempotency-Key",
                        "bad-" + KEYS.incrementAndGet());
        assertThat(answer).hasStatus(400);
        assertThat(gateway.admin("POST", "/vendor-balance/purchases", body).error())
                .isIn("INVALID_IDEMPOTENCY_KEY", "INVALID_REQUEST");
    }

    /**
     * Random changes of random tasks in transactions that overlap, are held open and are rolled
     * back, while two replicas add up. At every moment the running total is the recount.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void runsATotalThatEqualsARecountAtEveryMoment(long seed) throws Exception {
        String vendor = "vendor-" + seed;
        List<String> tasks = plant(vendor, gateway.team(), 40);
        AtomicBoolean done = new AtomicBoolean();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> writers = new ArrayList<>();
            for (int writer = 0; writer < 4; writer++) {
                Random random = new Random(seed * 100 + writer);
                writers.add(threads.submit(() -> change(tasks, random)));
            }
            List<Future<?>> others = new ArrayList<>();
            for (int adder = 0; adder < 2; adder++) {
                others.add(
                        threads.submit(
                                until(done, () -> gateway.bean(VendorBalance.class).rollUp())));
            }
            others.add(threads.submit(until(done, () -> assertThat(difference(vendor)).isZero())));
            for (Future<?> writer : writers) {
                writer.get();
            }
            done.set(true);
            for (Future<?> other : others) {
                other.get();
            }
        }
        assertThat(difference(vendor)).isZero();
        assertThat(gateway.bean(VendorBalance.class).rollUp()).isNotNegative();
        assertThat(
                        gateway.database()
                                .text(
                                        "select count(*) from pool_movement where upstream = '"
                                                + vendor
                                                + "'"))
                .isEqualTo("0");
        assertThat(difference(vendor)).isZero();
    }

    /** Where no cap is set, as here, nothing that looks every few seconds reads a long queue. */
    @Test
    void countsWhatWaitsForPeopleButNotForLimits() {
        long waiting = 1000;
        gateway.database()
                .execute(
                        """
                        insert into work (task_id, kind, team_id, due_at, credits)
                        select 'sd15p_waits' || n, 'sent', 1, gateway_now() + interval '1 day', 65
                        from generate_series(1, %d) n
                        """
                                .formatted(waiting));
        try (PlannedConnection connection = new PlannedConnection(gateway.database())) {
            VendorBalance balance =
                    new VendorBalance(
                            connection.jdbc(),
                            gateway.bean(AuditLog.class),
                            gateway.bean(VendorBalanceSettings.class),
                            new Loops(new SimpleMeterRegistry()));
            assertThat(connection.rowsRead(() -> balance.stateForLimits("none")))
                    .isLessThan(waiting);
            assertThat(connection.rowsRead(() -> balance.state("none"))).isGreaterThan(waiting);
            assertThat(balance.stateForLimits("none").day().credits()).isZero();
            assertThat(balance.state("none").month().credits())
                    .isGreaterThanOrEqualTo(waiting * 65);
        } finally {
            gateway.database().execute("delete from work where task_id like 'sd15p_waits%'");
        }
    }

    private static Callable<Void> until(AtomicBoolean done, Runnable step) {
        return () -> {
            while (!done.get()) {
                step.run();
            }
            return null;
        };
    }

    private static Void change(List<String> tasks, Random random) throws SQLException {
        String[] changes = {
            "phase = 'UNCERTAIN'",
            "phase = 'RENDERING', upstream_task_id = id",
            "phase = 'RENDERING', upstream_task_id = id || 'x'",
            "upstream_credits = " + random.nextInt(200),
            "phase = 'SUCCEEDED', upstream_credits = credits",
            "phase = 'FAILED', upstream_credits = 0",
            "phase = 'FAILED', given_up = true",
            "phase = 'QUEUED', upstream_credits = null, upstream_task_id = null, given_up = false",
            "error_message = 'nothing that counts'"
        };
        try (Connection connection = DriverManager.getConnection(gateway.database().url());
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (int transaction = 0; transaction < 25; transaction++) {
                // In the order of their ids, so that no two wait for each other.
                for (String task : tasks) {
                    if (random.nextInt(8) == 0) {
                        statement.execute(
                                "update task set %s where id = '%s'"
                                        .formatted(changes[random.nextInt(changes.length)], task));
                    }
                }
                if (random.nextInt(4) == 0) {
                    connection.rollback();
                } else {
                    connection.commit();
                }
            }
        }
        return null;
    }

    private static List<String> plant(String vendor, Team team, int count) {
        List<String> tasks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String id = "sd15p_%s%013d".formatted(vendor.replace("-", ""), i);
            tasks.add(id);
            gateway.database()
                    .execute(
                            "insert into task (id, team_id, key_id, key_name, request_id, aspect_ratio, duration_seconds, sound, image_urls, preset, credits, price_version, phase, upstream, created_at) select '%s', id, 1, 'k', 'r', '16:9', 5, false, '{}', '5s', 65, 1, '%s', '%s', gateway_now() from team where slug = '%s'"
                                    .formatted(
                                            id,
                                            i % 3 == 0 ? "UNCERTAIN" : "QUEUED",
                                            vendor,
                                            team.slug()));
        }
        return tasks;
    }

    /** In one statement, and so of one moment. */
    private static long difference(String vendor) {
        return Long.parseLong(
                gateway.database()
                        .text(
                                """
                                select (select coalesce(sum(taken), 0) from (
                                        select taken from pool_day where upstream = '%1$s'
                                        union all
                                        select credits from pool_movement where upstream = '%1$s') m)
                                    - (select coalesce(sum(vendor_perhaps_took(t)), 0) from task t where upstream = '%1$s')
                                    - (select coalesce(sum(taken), 0) from vendor_job where upstream = '%1$s')
                                """
                                        .formatted(vendor)));
    }

    private static long taken(long before, String upstreamId) {
        assertThat(upstreamId).isNotEmpty();
        return pool().get("taken").asLong() - before;
    }

    private static long purchase(long credits) {
        Answer answer =
                gateway.admin(
                        "POST",
                        "/vendor-balance/purchases",
                        Json.of("credits", credits, "reason", "test"),
                        "Idempotency-Key",
                        "purchase-" + KEYS.incrementAndGet());
        assertThat(answer).hasStatus(201);
        return answer.json().get("id").asLong();
    }

    private static JsonNode pool() {
        return gateway.admin("GET", "/vendor-balance", null).json();
    }
}
