package dev.seedgate.faults;

import static dev.seedgate.platform.values.ErrorCode.OUTCOME_UNKNOWN;
import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Invariants;
import dev.seedgate.testing.TestDatabase;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** The network to the database hangs, breaks, or loses the one answer that matters. */
@Tag("faults")
class DatabaseOutageTests {

    private static final String CREATE = "insert into idempotency_key";

    private static TestDatabase database;
    private static FakeVendor vendor;
    private static TcpProxy network;
    private static Gateway gateway;
    private static Duration ahead = Duration.ZERO;

    @BeforeAll
    static void start() {
        database = TestDatabase.create();
        vendor = FakeVendor.start();
        network = TcpProxy.before(database);
        gateway =
                Gateway.start(
                        network.database(),
                        vendor,
                        "seedgate.ledger-check-interval=1h",
                        "seedgate.dispatch-sweep-interval=100ms");
    }

    @AfterAll
    static void stop() throws IOException {
        gateway.close();
        network.close();
        vendor.close();
    }

    /** Within ten seconds, as case 26 promises. */
    @AfterEach
    void recoversAndBooksBalance() {
        network.heal();
        Awaitility.await("it recovers by itself")
                .atMost(Duration.ofSeconds(10))
                .until(() -> health("readiness") == 200);
        Invariants.check(database);
    }

    /** Case 12: the vendor accepts while the database is away, for longer than the lease. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void storesALateIdWhenTheDatabaseIsBack(boolean pastTheLease) {
        String prompt = "late id, past the lease: " + pastTheLease;
        Team team = gateway.team("monthly_quota", 1000);
        CountDownLatch databaseIsAway = new CountDownLatch(1);
        vendor.onGenerate((request, connection) -> {
            databaseIsAway.await();
            vendor.acceptLate(Duration.ZERO).to(request, connection);
        });
        String task = team.create(prompt);
        Awaitility.await().until(() -> VendorLog.times(vendor, prompt) == 1);
        network.cut();
        int before = vendor.acceptedIds().size();
        databaseIsAway.countDown();
        Awaitility.await().until(() -> vendor.acceptedIds().size() > before);
        if (pastTheLease) {
            // Another replica, with a way to the database, holds this one to be dead.
            advance(Duration.ofMinutes(3));
            try (Gateway other =
                    Gateway.start(database, vendor, "seedgate.dispatch-sweep-interval=100ms")) {
                new Team(other, team.slug(), team.key()).await(task, "UNCERTAIN");
            }
        }
        network.heal();
        vendor.finish(team.upstreamId(task), "https://cdn.example.com/late.mp4");
        team.await(task, "SUCCEEDED");
        assertThat(VendorLog.times(vendor, prompt)).isOne();
        assertThat(team).hasUsed(65);
    }

    /** Case 25. */
    @ParameterizedTest
    @EnumSource
    void neverLiesAboutACommitWhoseAnswerIsLost(TcpProxy.Loss loss) {
        // Not its name, in which the word is that the proxy waits for.
        String prompt = loss.name().replace("COMMIT", "it");
        Team team = gateway.team("monthly_quota", 1000);
        replaceBrokenConnections(team);
        int before = network.lost();
        network.loseCommitAfter(CREATE, loss);
        Answer first = team.generate(prompt, "Idempotency-Key", "once");
        assertThat(network.lost()).isEqualTo(before + 1);
        if (loss == TcpProxy.Loss.ANSWER) {
            assertThat(first).hasStatus(200);
        } else {
            assertThat(first).hasStatus(503).hasError(OUTCOME_UNKNOWN);
            assertThat(first.header("Retry-After")).isNotNull();
        }
        network.heal();
        Answer second =
                Awaitility.await()
                        .until(
                                () -> team.generate(prompt, "Idempotency-Key", "once"),
                                it -> it.status() == 200);
        if (first.status() == 200) {
            assertThat(second.data()).isEqualTo(first.data());
        }
        assertThat(database.text("select count(*) from task where prompt = '" + prompt + "'"))
                .isEqualTo("1");
        String task = second.data().get("task_id").stringValue();
        vendor.finish(team.upstreamId(task), "https://cdn.example.com/lost.mp4");
        team.await(task, "SUCCEEDED");
        assertThat(VendorLog.times(vendor, prompt)).isOne();
    }

    /** Case 25, for a create that is one statement, and so its own commit. */
    @ParameterizedTest
    @EnumSource
    void neverLiesAboutAStatementWhoseAnswerIsLost(TcpProxy.Loss loss) {
        String prompt = "one statement, lost: " + loss.name().replace("COMMIT", "it");
        Team team = gateway.team("monthly_quota", 1000);
        replaceBrokenConnections(team);
        int before = network.lost();
        network.loseCommitAfter("insert into task ", loss);
        Answer answer = team.generate(prompt);
        assertThat(network.lost()).isEqualTo(before + 1);
        network.heal();
        List<String> stored = database.rows("select id from task where prompt = '" + prompt + "'");
        switch (loss) {
            case ANSWER -> {
                assertThat(answer).hasStatus(200);
                assertThat(stored).containsExactly(answer.data().get("task_id").stringValue());
            }
            case ANSWER_AND_NETWORK, COMMIT_AND_NETWORK -> {
                assertThat(answer).hasStatus(503).hasError(OUTCOME_UNKNOWN);
                assertThat(stored).hasSize(loss == TcpProxy.Loss.ANSWER_AND_NETWORK ? 1 : 0);
            }
        }
        Awaitility.await().until(() -> team.get("/api/credits").status() == 200);
        assertThat(team).hasUsed(65L * stored.size());
        for (String task : stored) {
            vendor.finish(team.upstreamId(task), "https://cdn.example.com/lost.mp4");
            team.await(task, "SUCCEEDED");
        }
        assertThat(VendorLog.times(vendor, prompt)).isEqualTo(stored.size());
    }

    /** Case 25, for the commit that says "about to be sent". */
    @Test
    void sendsOnceWhatItNeverLearnedToHaveBegun() {
        Team team = gateway.team();
        int before = network.lost();
        network.loseCommitAfter("begun as ", TcpProxy.Loss.ANSWER);
        String task = team.create("begun unawares");
        team.await(task, "RENDERING");
        assertThat(network.lost()).isEqualTo(before + 1);
        assertThat(VendorLog.times(vendor, "begun unawares")).isOne();
        assertThat(
                        database.rows(
                                "select phase from task_event where task_id = '"
                                        + task
                                        + "' order by id"))
                .containsExactly("SUBMITTING", "QUEUED", "SUBMITTING", "RENDERING");
    }

    /** Case 25, for the commits that store the vendor's id and the task's end. */
    @Test
    void storesAnAnswerOnceWhoseCommitItNeverHeardOf() {
        Team team = gateway.team();
        int before = network.lost();
        network.loseCommitAfter("HTTP 200", TcpProxy.Loss.ANSWER);
        String task = team.create("stored unawares");
        String id = team.upstreamId(task);
        Awaitility.await().until(() -> network.lost() == before + 1);
        network.loseCommitAfter("HTTP 200", TcpProxy.Loss.ANSWER);
        vendor.finish(id, "https://cdn.example.com/unawares.mp4");
        team.await(task, "SUCCEEDED");
        Awaitility.await().until(() -> network.lost() == before + 2);
        assertThat(
                        database.rows(
                                "select phase from task_event where task_id = '"
                                        + task
                                        + "' order by id"))
                .containsExactly("SUBMITTING", "RENDERING", "SUCCEEDED");
    }

    /** Case 26. */
    @Test
    void refusesInThreeSecondsWhileTheDatabaseHangsAndDoesNotGrow() {
        Team team = gateway.team();
        team.await(team.create("before it hangs"), "RENDERING");
        network.hang();
        List<Integer> threads = new ArrayList<>();
        for (int round = 0; round < 3; round++) {
            Queue<Long> millis = new ConcurrentLinkedQueue<>();
            for (Answer answer :
                    atOnce(50, () -> timed(millis, () -> team.generate("while it hangs")))) {
                assertThat(answer).hasStatus(503);
                assertThat(answer.header("Retry-After")).isNotNull();
            }
            // Three, and what a busy machine adds; without a deadline it would be for ever.
            assertThat(millis).allSatisfy(it -> assertThat(it).isLessThan(15_000));
            threads.add(ManagementFactory.getThreadMXBean().getThreadCount());
        }
        assertThat(health("readiness")).isEqualTo(503);
        assertThat(health("liveness")).isEqualTo(200);
        assertThat(threads.getLast()).isLessThan(threads.getFirst() + 10);
        network.heal();
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> team.generate("after it hung").status() == 200);
    }

    /** Case 27. */
    @Test
    void answersFiveThousandAtOnceAndGoesOnServing() {
        vendor.onEveryGenerate(FakeVendor.throttle("600"));
        // Not through the proxy, whose threads would have to queue behind all the callers'.
        try (Gateway direct = Gateway.start(database, vendor)) {
            Team team = direct.team();
            List<Answer> answers = atOnce(5000, () -> team.generate("one of many"));
            assertThat(answers)
                    .hasSize(5000)
                    .allSatisfy(answer -> {
                        assertThat(answer.status()).as(answer.toString()).isIn(200, 503);
                        if (answer.status() == 503) {
                            assertThat(answer.header("Retry-After")).isNotNull();
                        }
                    });
            long taken = answers.stream().filter(it -> it.status() == 200).count();
            long unknown =
                    answers.stream().filter(it -> it.error().equals("OUTCOME_UNKNOWN")).count();
            LoggerFactory.getLogger(getClass())
                    .info("of 5000 creates {} were taken, {} unknown", taken, unknown);
            // How many is a matter of the machine.
            assertThat(taken).isPositive();
            assertThat(
                            Long.parseLong(
                                    database.text(
                                            "select count(*) from task where prompt = 'one of many'")))
                    .as("a refusal is one, but for what is said to be unknown")
                    .isBetween(taken, taken + unknown);
            assertThat(team.generate("and one more")).hasStatus(200);
        } finally {
            vendor.onEveryGenerate(null);
            // Past the longest wait in the queue, so that no later test has to get through these.
            advance(Duration.ofMinutes(20));
            Awaitility.await()
                    .until(() ->
                            database.text("select count(*) from work where kind = 'submit'")
                                    .equals("0"));
        }
    }

    /** What an earlier test broke is found out about when it is used. */
    private static void replaceBrokenConnections(Team team) {
        Awaitility.await()
                .until(() ->
                        atOnce(16, () -> team.get("/api/credits")).stream()
                                .allMatch(it -> it.status() == 200));
    }

    private static <T> T timed(Queue<Long> millis, Supplier<T> call) {
        long start = System.nanoTime();
        try {
            return call.get();
        } finally {
            millis.add(Duration.ofNanos(System.nanoTime() - start).toMillis());
        }
    }

    /** Makes so many calls at the same time. */
    private static List<Answer> atOnce(int count, Supplier<Answer> call) {
        Queue<Answer> answers = new ConcurrentLinkedQueue<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < count; i++) {
                threads.execute(() -> answers.add(call.get()));
            }
        }
        return List.copyOf(answers);
    }

    private static int health(String probe) {
        return gateway.call("GET", "/actuator/health/" + probe, null, null).status();
    }

    private static void advance(Duration by) {
        ahead = ahead.plus(by);
        database.shiftTime(ahead);
    }
}
