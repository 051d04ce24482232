package dev.seedgate.task.order;

import static dev.seedgate.platform.values.ErrorCode.FORBIDDEN;
import static dev.seedgate.platform.values.ErrorCode.IDEMPOTENCY_KEY_IN_PROGRESS;
import static dev.seedgate.platform.values.ErrorCode.IDEMPOTENCY_KEY_REUSED;
import static dev.seedgate.platform.values.ErrorCode.INVALID_REQUEST;
import static dev.seedgate.platform.values.ErrorCode.TEAM_QUOTA_EXHAUSTED;
import static dev.seedgate.platform.values.ErrorCode.TEAM_RATE_LIMITED;
import static dev.seedgate.platform.values.ErrorCode.TEAM_TASKS_IN_FLIGHT;
import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Invariants;
import dev.seedgate.testing.Json;
import dev.seedgate.testing.TestDatabase;
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
        Team team = gateway.team("monthly_quota", 650);
        // Makes the key known: its first look-up waits for half a second at most, then all get a
        // 503.
        assertThat(team).hasRemaining(650);
        List<Answer> answers = parallel(64, () -> team.generate("one of many"));
        assertThat(answers).filteredOn(it -> it.status() == 200).hasSize(10);
        assertThat(answers)
                .filteredOn(it -> it.status() != 200)
                .hasSize(54)
                .allMatch(it -> it.error().equals("TEAM_QUOTA_EXHAUSTED") && it.status() == 402);
        assertThat(team).hasRemaining(0);
    }

    @Test
    void saysWhatIsNeededWhatIsLeftAndWhenTheQuotaRenews() {
        Team team = gateway.team("monthly_quota", 100);
        team.create("fits");
        Answer refused = team.generate("does not");
        assertThat(refused).says("65 credits", "35 left", "T00:00:00Z");
    }

    @Test
    void takesWhatSoftLimitsOnlyReport() {
        Team team =
                gateway.team(
                        "monthly_quota",
                        100,
                        "max_in_flight",
                        3,
                        "generate_per_minute",
                        4,
                        "soft_limits",
                        true);
        topUp(team, 10, "little");
        assertThat(team.generate("within")).hasNoHeader("X-Limit-Exceeded");
        Answer over = team.generate("35 from the quota, 10 from top-ups, 20 beyond");
        assertThat(over)
                .hasStatus(200)
                .hasHeader("X-Limit-Exceeded", "TEAM_QUOTA_EXHAUSTED")
                .hasHeader("X-Credits-Remaining", "0");
        assertThat(team).hasUsed(120).hasTopUps(0).hasRemaining(0);
        team.create("the third in flight");
        assertThat(team.generate("the fourth"))
                .hasHeader("X-Limit-Exceeded", "TEAM_TASKS_IN_FLIGHT");
        Answer fast = team.generate("the fifth in a minute");
        assertThat(fast).hasHeader("X-Limit-Exceeded", "TEAM_RATE_LIMITED");
        String task = fast.data().get("task_id").stringValue();
        assertThat(gateway.admin("GET", "/tasks/" + task, null).json().get("ledger").get(0))
                .has("reason", "TEAM_RATE_LIMITED");
        gateway.admin("POST", "/teams/" + team.slug() + "/suspend", null);
        assertThat(team.generate("suspended")).hasStatus(403);
    }

    @Test
    void enforcesLimitsAgainAtOnceWithoutADebtFromBefore() {
        Team team = gateway.team("generate_per_minute", 2, "soft_limits", true);
        for (int i = 0; i < 10; i++) {
            team.create("one of many");
        }
        gateway.admin("PATCH", "/teams/" + team.slug(), Json.of("soft_limits", false));
        assertThat(team.generate("over the limit")).hasError(TEAM_RATE_LIMITED);
        ahead = ahead.plusSeconds(31);
        gateway.database().shiftTime(ahead);
        assertThat(team.generate("a step later")).hasStatus(200);
    }

    @Test
    void takesQuotaFirstThenTopUpsAndGivesBothBack() {
        Team team = gateway.team("monthly_quota", 100);
        topUp(team, 100, "first");
        team.create("on the quota");
        String split = team.create("35 from the quota, 30 from top-ups");
        assertThat(team).hasUsed(100).hasTopUps(70);
        gateway.vendor().fail(team.upstreamId(split), "no");
        team.await(split, "FAILED");
        assertThat(team).hasUsed(65).hasTopUps(100);
        assertThat(team.status(split)).hasConsumed(0);
    }

    @Test
    void givesOnlyTopUpsBackWhenTheMonthHasChanged() {
        Team team = gateway.team("monthly_quota", 100);
        topUp(team, 100, "first");
        team.create("on the quota");
        String split = team.create("35 from the quota, 30 from top-ups");
        String id = team.upstreamId(split);
        advance(Duration.ofDays(31));
        assertThat(team).hasUsed(0);
        String next = team.create("on the new month's quota");
        gateway.vendor().fail(id, "no");
        team.await(split, "FAILED");
        assertThat(team).hasUsed(65).hasTopUps(100);
        team.await(next, "RENDERING");
    }

    @Test
    void refusesInTheOrderSuspendedRateInFlightQuota() {
        Team team = gateway.team("monthly_quota", 65, "max_in_flight", 1, "generate_per_minute", 1);
        String task = team.create("uses everything up");
        gateway.admin("POST", "/teams/" + team.slug() + "/suspend", "{}");
        assertThat(team.generate("x")).hasError(FORBIDDEN);
        assertThat(team.status(task)).isRunning();
        gateway.admin("POST", "/teams/" + team.slug() + "/resume", "{}");
        Answer rate = team.generate("x");
        assertThat(rate).hasError(TEAM_RATE_LIMITED).hasStatus(429);
        assertThat(Long.parseLong(String.valueOf(rate.header("Retry-After")))).isBetween(50L, 60L);
        String id = team.upstreamId(task);
        advance(Duration.ofMinutes(2));
        assertThat(team.generate("x")).hasError(TEAM_TASKS_IN_FLIGHT);
        gateway.vendor().finish(id, "https://cdn.example.com/clip.mp4");
        team.await(task, "SUCCEEDED");
        assertThat(team.generate("x")).hasError(TEAM_QUOTA_EXHAUSTED);
    }

    @Test
    void letsAWholeMinutesAllowanceComeAtOnceAndThenOneAtATime() throws Exception {
        Team team = gateway.team("generate_per_minute", 6);
        List<Answer> burst = parallel(12, () -> team.generate("burst"));
        assertThat(burst).filteredOn(it -> it.status() == 200).hasSize(6);
        advance(Duration.ofSeconds(10));
        assertThat(team.generate("ten seconds later")).hasStatus(200);
        assertThat(team.generate("at once")).hasError(TEAM_RATE_LIMITED);
    }

    @Test
    void makesOneTaskOfManyParallelCallsWithOneIdempotencyKey() throws Exception {
        Team team = gateway.team("monthly_quota", 1000);
        List<Answer> answers =
                parallel(64, () -> team.generate("once", "Idempotency-Key", "the-same"));
        assertThat(answers).allMatch(it -> it.status() == 200 || it.status() == 409);
        assertThat(answers.stream().filter(it -> it.status() == 200).map(Answer::body).distinct())
                .hasSize(1);
        assertThat(team).hasUsed(65);
    }

    @Test
    void tellsThatTheFirstCallWithAnIdempotencyKeyIsStillAtWork() throws Exception {
        Team team = gateway.team();
        gateway.database()
                .during(
                        """
                        insert into idempotency_key (team_id, key, fingerprint, task_id, credits)
                        select id, 'slow', '', 'sd15p_other', 65
                        from team, pg_advisory_xact_lock(hashtextextended('slow', id)) where slug = '%s'
                        """
                                .formatted(team.slug()),
                        () ->
                                assertThat(team.generate("the second", "Idempotency-Key", "slow"))
                                        .hasStatus(409)
                                        .hasError(IDEMPOTENCY_KEY_IN_PROGRESS)
                                        .hasHeader("Retry-After", "1"));
        assertThat(team.generate("again", "Idempotency-Key", "slow")).hasStatus(200);
    }

    @Test
    void countsATopUpOncePerIdempotencyKeyAndTakesUnspentCreditsBack() {
        Team team = gateway.team("monthly_quota", 0);
        assertThat(topUp(team, 500, "launch")).hasStatus(201);
        assertThat(topUp(team, 500, "launch")).hasStatus(201);
        assertThat(topUp(team, 501, "launch")).hasError(IDEMPOTENCY_KEY_REUSED);
        assertThat(topUp(team, -600, "too-much")).hasError(INVALID_REQUEST);
        assertThat(topUp(team, -100, "some")).hasStatus(201);
        assertThat(team).hasTopUps(400);
    }

    private static Answer topUp(Team team, long credits, String idempotencyKey) {
        return gateway.admin(
                "POST",
                "/teams/" + team.slug() + "/topups",
                Json.of("credits", credits),
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
