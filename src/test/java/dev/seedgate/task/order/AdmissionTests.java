package dev.seedgate.task.order;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Invariants;
import dev.seedgate.testing.TestDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Every limit holds exactly, and every credit is accounted for. Time is moved, so the gateway is
 * its own.
 */
class AdmissionTests {

    private static Gateway gateway;
    private static Duration ahead = Duration.ZERO;

    @BeforeAll
    static void start() {
        gateway =
                Gateway.start(
                        TestDatabase.create(), FakeVendor.start(), "seedgate.task-max-age=365d");
    }

    @AfterAll
    static void stop() {
        gateway.close();
        gateway.vendor().close();
    }

    @AfterEach
    void booksBalance() {
        Invariants.check(gateway.database());
    }

    @Test
    void letsExactlyTenOfSixtyFourParallelCreatesSpendCreditForTen() throws Exception {
        Team team = gateway.team("\"monthly_quota\":650");
        List<Answer> answers = parallel(64, () -> team.generate("one of many"));
        assertThat(answers).filteredOn(it -> it.status() == 200).hasSize(10);
        assertThat(answers)
                .filteredOn(it -> it.status() != 200)
                .hasSize(54)
                .allMatch(it -> it.error().equals("TEAM_QUOTA_EXHAUSTED") && it.status() == 402);
        assertThat(team.credits().get("remaining").asLong()).isZero();
    }

    @Test
    void saysWhatIsNeededWhatIsLeftAndWhenTheQuotaRenews() {
        Team team = gateway.team("\"monthly_quota\":100");
        team.create("fits");
        Answer refused = team.generate("does not");
        assertThat(refused.json().get("message").stringValue())
                .contains("65 credits", "35 left", "T00:00:00Z");
    }

    @Test
    void takesWhatSoftLimitsOnlyReport() {
        Team team =
                gateway.team(
                        "\"monthly_quota\":100,\"max_in_flight\":3,\"generate_per_minute\":4,\"soft_limits\":true");
        topUp(team, 10, "little");
        assertThat(team.generate("within").header("X-Limit-Exceeded")).isNull();
        Answer over = team.generate("35 from the quota, 10 from top-ups, 20 beyond");
        assertThat(over.status()).isEqualTo(200);
        assertThat(over.header("X-Limit-Exceeded")).isEqualTo("TEAM_QUOTA_EXHAUSTED");
        assertThat(over.header("X-Credits-Remaining")).isEqualTo("0");
        assertThat(team.credits().get("used").asLong()).isEqualTo(120);
        assertThat(team.credits().get("top_ups").asLong()).isZero();
        assertThat(team.credits().get("remaining").asLong()).isZero();
        team.create("the third in flight");
        assertThat(team.generate("the fourth").header("X-Limit-Exceeded"))
                .isEqualTo("TEAM_TASKS_IN_FLIGHT");
        Answer fast = team.generate("the fifth in a minute");
        assertThat(fast.header("X-Limit-Exceeded")).isEqualTo("TEAM_RATE_LIMITED");
        String task = fast.data().get("task_id").stringValue();
        assertThat(
                        gateway.admin("GET", "/tasks/" + task, null)
                                .json()
                                .get("ledger")
                                .get(0)
                                .get("reason")
                                .stringValue())
                .isEqualTo("TEAM_RATE_LIMITED");
        gateway.admin("POST", "/teams/" + team.slug() + "/suspend", null);
        assertThat(team.generate("suspended").status()).isEqualTo(403);
    }

    @Test
    void enforcesLimitsAgainAtOnceWithoutADebtFromBefore() {
        Team team = gateway.team("\"generate_per_minute\":2,\"soft_limits\":true");
        for (int i = 0; i < 10; i++) {
            team.create("one of many");
        }
        gateway.admin("PATCH", "/teams/" + team.slug(), "{\"soft_limits\":false}");
        assertThat(team.generate("over the limit").error()).isEqualTo("TEAM_RATE_LIMITED");
        ahead = ahead.plusSeconds(31);
        gateway.database().shiftTime(ahead);
        assertThat(team.generate("a step later").status()).isEqualTo(200);
    }

    @Test
    void takesQuotaFirstThenTopUpsAndGivesBothBack() {
        Team team = gateway.team("\"monthly_quota\":100");
        topUp(team, 100, "first");
        team.create("on the quota");
        String split = team.create("35 from the quota, 30 from top-ups");
        assertThat(team.credits().get("used").asLong()).isEqualTo(100);
        assertThat(team.credits().get("top_ups").asLong()).isEqualTo(70);
        gateway.vendor().fail(team.upstreamId(split), "no");
        team.await(split, "FAILED");
        assertThat(team.credits().get("used").asLong()).isEqualTo(65);
        assertThat(team.credits().get("top_ups").asLong()).isEqualTo(100);
        assertThat(team.status(split).get("consumed_credits").asLong()).isZero();
    }

    @Test
    void givesOnlyTopUpsBackWhenTheMonthHasChanged() {
        Team team = gateway.team("\"monthly_quota\":100");
        topUp(team, 100, "first");
        team.create("on the quota");
        String split = team.create("35 from the quota, 30 from top-ups");
        String id = team.upstreamId(split);
        advance(Duration.ofDays(31));
        assertThat(team.credits().get("used").asLong()).isZero();
        String next = team.create("on the new month's quota");
        gateway.vendor().fail(id, "no");
        team.await(split, "FAILED");
        assertThat(team.credits().get("used").asLong()).isEqualTo(65);
        assertThat(team.credits().get("top_ups").asLong()).isEqualTo(100);
        team.await(next, "RENDERING");
    }

    @Test
    void refusesInTheOrderSuspendedRateInFlightQuota() {
        Team team =
                gateway.team("\"monthly_quota\":65,\"max_in_flight\":1,\"generate_per_minute\":1");
        String task = team.create("uses everything up");
        gateway.admin("POST", "/teams/" + team.slug() + "/suspend", "{}");
        assertThat(team.generate("x").error()).isEqualTo("FORBIDDEN");
        assertThat(team.status(task).get("status").stringValue()).isEqualTo("IN_PROGRESS");
        gateway.admin("POST", "/teams/" + team.slug() + "/resume", "{}");
        Answer rate = team.generate("x");
        assertThat(rate.error()).isEqualTo("TEAM_RATE_LIMITED");
        assertThat(rate.status()).isEqualTo(429);
        assertThat(Long.parseLong(String.valueOf(rate.header("Retry-After")))).isBetween(50L, 60L);
        String id = team.upstreamId(task);
        advance(Duration.ofMinutes(2));
        assertThat(team.generate("x").error()).isEqualTo("TEAM_TASKS_IN_FLIGHT");
        gateway.vendor().finish(id, "https://cdn.example.com/clip.mp4");
        team.await(task, "SUCCEEDED");
        assertThat(team.generate("x").error()).isEqualTo("TEAM_QUOTA_EXHAUSTED");
    }

    @Test
    void letsAWholeMinutesAllowanceComeAtOnceAndThenOneAtATime() throws Exception {
        Team team = gateway.team("\"generate_per_minute\":6");
        List<Answer> burst = parallel(12, () -> team.generate("burst"));
        assertThat(burst).filteredOn(it -> it.status() == 200).hasSize(6);
        advance(Duration.ofSeconds(10));
        assertThat(team.generate("ten seconds later").status()).isEqualTo(200);
        assertThat(team.generate("at once").error()).isEqualTo("TEAM_RATE_LIMITED");
    }

    @Test
    void makesOneTaskOfManyParallelCallsWithOneIdempotencyKey() throws Exception {
        Team team = gateway.team("\"monthly_quota\":1000");
        List<Answer> answers =
                parallel(64, () -> team.generate("once", "Idempotency-Key", "the-same"));
        assertThat(answers).allMatch(it -> it.status() == 200 || it.status() == 409);
        assertThat(answers.stream().filter(it -> it.status() == 200).map(Answer::body).distinct())
                .hasSize(1);
        assertThat(team.credits().get("used").asLong()).isEqualTo(65);
    }

    @Test
    void tellsThatTheFirstCallWithAnIdempotencyKeyIsStillAtWork() throws Exception {
        Team team = gateway.team();
        try (Connection other = DriverManager.getConnection(gateway.database().url());
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute(
                    "insert into idempotency_key (team_id, key, fingerprint, task_id, credits)"
                            + " select id, 'slow', '', 'sd15p_other', 65 from team where slug = '"
                            + team.slug()
                            + "'");
            Answer answer = team.generate("the second", "Idempotency-Key", "slow");
            assertThat(answer.status()).isEqualTo(409);
            assertThat(answer.error()).isEqualTo("IDEMPOTENCY_KEY_IN_PROGRESS");
            assertThat(answer.header("Retry-After")).isEqualTo("1");
            other.rollback();
        }
        assertThat(team.generate("again", "Idempotency-Key", "slow").status()).isEqualTo(200);
    }

    @Test
    void countsATopUpOncePerIdempotencyKeyAndTakesUnspentCreditsBack() {
        Team team = gateway.team("\"monthly_quota\":0");
        assertThat(topUp(team, 500, "launch").status()).isEqualTo(201);
        assertThat(topUp(team, 500, "launch").status()).isEqualTo(201);
        assertThat(topUp(team, 501, "launch").error()).isEqualTo("IDEMPOTENCY_KEY_REUSED");
        assertThat(topUp(team, -600, "too-much").error()).isEqualTo("INVALID_REQUEST");
        assertThat(topUp(team, -100, "some").status()).isEqualTo(201);
        assertThat(team.credits().get("top_ups").asLong()).isEqualTo(400);
    }

    private static Answer topUp(Team team, long credits, String idempotencyKey) {
        return gateway.admin(
                "POST",
                "/teams/" + team.slug() + "/topups",
                "{\"credits\":" + credits + "}",
                "Idempotency-Key",
                idempotencyKey);
    }

    /** Forward only: what was paid for in a future that is taken back stays paid for. */
    private static void advance(Duration by) {
        ahead = ahead.plus(by);
        gateway.database().shiftTime(ahead);
    }

    private static <T> List<T> parallel(int count, Callable<T> call) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<T>> calls =
                    IntStream.range(0, count).mapToObj(_ -> threads.submit(call)).toList();
            List<T> results = new java.util.ArrayList<>();
            for (Future<T> one : calls) {
                results.add(one.get());
            }
            return results;
        }
    }
}
