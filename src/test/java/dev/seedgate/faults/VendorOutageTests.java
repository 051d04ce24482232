package dev.seedgate.faults;

import static dev.seedgate.platform.values.ErrorCode.TEAM_RATE_LIMITED;
import static dev.seedgate.task.lifecycle.Phase.RENDERING;
import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Invariants;
import dev.seedgate.testing.Json;
import dev.seedgate.testing.SettableClock;
import dev.seedgate.testing.TestDatabase;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The vendor is away, throttles, or has stopped the company's account; a test has its cluster. */
@Tag("faults")
class VendorOutageTests {

    private static final String CLIP = "https://cdn.example.com/clip.mp4";

    private final TestDatabase database = TestDatabase.create();
    private final FakeVendor vendor = FakeVendor.start();
    private final List<Gateway> gateways = new ArrayList<>();
    private Duration ahead = Duration.ZERO;

    @AfterEach
    void booksBalance() {
        gateways.forEach(Gateway::close);
        vendor.close();
        Invariants.check(database);
    }

    /** Case 10. */
    @Test
    void queuesWhileTheVendorRefusesConnectionsAndDrainsAtTheLimit() {
        Team team =
                start("seedgate.upstream-requests-per-second=20", "seedgate.poll-first-after=1h")
                        .team();
        vendor.closePort();
        IntStream.range(0, 30).forEach(i -> team.create("clip " + i));
        patiently().until(() -> tried() >= 5);
        // Time that jumps while one is begun ends its lease.
        patiently().until(() -> count("phase = 'SUBMITTING'") == 0);
        advance(Duration.ofMinutes(5));
        patiently().until(() -> tried() >= 6);
        assertThat(count("phase = 'FAILED'")).isZero();
        vendor.reopenPort();
        // Past the back-off of those that were tried.
        advance(Duration.ofMinutes(6));
        patiently().until(() -> vendor.generates().size() == 30);
        assertThat(VendorLog.byPrompt(vendor))
                .hasSize(30)
                .allSatisfy((_, times) -> assertThat(times).isOne());
        Duration took =
                Duration.between(
                        vendor.generates().getFirst().receivedAt(),
                        vendor.generates().getLast().receivedAt());
        assertThat(took).as("30 at 20 a second").isGreaterThan(Duration.ofMillis(1300));
        patiently().until(() -> count("phase = 'RENDERING'") == 30);
    }

    /** Case 12. */
    @Test
    void holdsWhatIsAnsweredAfterTheTimeoutAndNeverSendsItAgain() {
        Team team = start("seedgate.upstream-submit-timeout=2s").team();
        vendor.onGenerate(vendor.acceptLate(Duration.ofSeconds(5)));
        String task = team.create("too late");
        team.await(task, "UNCERTAIN");
        // Sent, and no more than that: on a busy machine its answer may come too late as well.
        team.create("the next");
        patiently().until(() -> VendorLog.times(vendor, "the next") == 1);
        assertThat(VendorLog.times(vendor, "too late")).isOne();
    }

    /** Case 15. */
    @ParameterizedTest
    @CsvSource({
        "3, 3",
        "0, 1",
        "-5, 1",
        "99999999, 600",
        "soon, 1",
        "'Wed, 21 Oct 2015 07:28:00 GMT', 1"
    })
    void pausesForAsLongAsTheVendorAsksWithinReason(String retryAfter, double seconds) {
        Team team = start().team();
        vendor.onGenerate(FakeVendor.throttle(retryAfter));
        String task = team.create("throttled");
        patiently()
                .until(() ->
                        database.rows("select until from upstream_pause where reason = 'THROTTLED'")
                                        .size()
                                == 1);
        String pause =
                database.text("select extract(epoch from until - since) from upstream_pause");
        assertThat(Double.parseDouble(pause)).isBetween(seconds - 0.1, seconds + 0.1);
        assertThat(VendorLog.times(vendor, "throttled")).isOne();
        advance(Duration.ofMinutes(11));
        team.await(task, "RENDERING");
        assertThat(VendorLog.times(vendor, "throttled")).isEqualTo(2);
    }

    /** Case 15, by a date that is yet to come. */
    @Test
    void pausesUntilTheDateThatTheVendorNames() {
        Team team = start().team();
        vendor.onGenerate((request, connection) ->
                FakeVendor.throttle(
                                DateTimeFormatter.RFC_1123_DATE_TIME.format(
                                        ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(90)))
                        .to(request, connection));
        String task = team.create("throttled");
        patiently().until(() -> database.rows("select reason from upstream_pause").size() == 1);
        String pause =
                database.text("select extract(epoch from until - since) from upstream_pause");
        // The date has whole seconds.
        assertThat(Double.parseDouble(pause)).isBetween(85.0, 90.1);
        advance(Duration.ofSeconds(91));
        team.await(task, "RENDERING");
    }

    /** Case 17. */
    @ParameterizedTest
    @ValueSource(ints = {502, 504})
    void leavesAHandfulUncertainInTenMinutesOfBadGateways(int status) {
        SettableClock breakerClock = new SettableClock();
        // Calls that are under way when the breaker opens are uncertain too.
        Team team =
                keep(startWith(
                                Map.of("breakerClock", breakerClock),
                                "seedgate.upstream-max-concurrent=4"))
                        .team();
        vendor.onEveryGenerate(FakeVendor.html(status));
        IntStream.range(0, 100).forEach(i -> team.create("clip " + i));
        patiently()
                .until(() ->
                        count("phase = 'UNCERTAIN'") >= 5 && count("phase = 'SUBMITTING'") == 0);
        long uncertain = count("phase = 'UNCERTAIN'");
        Duration wait = Duration.ofSeconds(5);
        for (Duration passed = Duration.ZERO;
                passed.compareTo(Duration.ofMinutes(10)) < 0;
                passed = passed.plus(wait),
                        wait = Duration.ofSeconds(Math.min(60, 2 * wait.toSeconds()))) {
            assertThat(count("phase = 'UNCERTAIN'")).isEqualTo(uncertain);
            breakerClock.advance(wait.plusMillis(1));
            advance(wait);
            uncertain++;
            long oneMore = uncertain;
            patiently().until(() -> count("phase = 'UNCERTAIN'") >= oneMore);
        }
        assertThat(uncertain).as("in ten minutes").isLessThan(25);
        vendor.onEveryGenerate(null);
        breakerClock.advance(Duration.ofMinutes(1).plusMillis(1));
        long others = 100 - uncertain;
        patiently().until(() -> count("phase = 'RENDERING'") == others);
        assertThat(VendorLog.byPrompt(vendor))
                .hasSize(100)
                .allSatisfy((_, times) -> assertThat(times).isOne());
    }

    /** Cases 18 and 19. */
    @ParameterizedTest
    @ValueSource(ints = {401, 402})
    void recoversByOneProbeOfTheClusterWhenTheAccountWasStopped(int status) {
        Gateway one =
                start(
                        "seedgate.upstream-probe-interval=2s",
                        "seedgate.upstream-refresh-interval=100ms");
        Gateway other =
                start(
                        "seedgate.upstream-probe-interval=2s",
                        "seedgate.upstream-refresh-interval=100ms");
        Team here = one.team();
        Team there = new Team(other, here.slug(), here.key());
        vendor.onEveryGenerate(FakeVendor.error(status));
        here.create("the first");
        patiently().until(() -> refuses(here) && refuses(there));
        Instant start = Instant.now();
        long before = vendor.generates().size();
        patiently().until(() -> vendor.generates().size() >= before + 3);
        double intervals = Duration.between(start, Instant.now()).toMillis() / 2000.0;
        assertThat((double) (vendor.generates().size() - before))
                .isLessThanOrEqualTo(intervals + 1);
        vendor.onEveryGenerate(null);
        patiently()
                .until(() ->
                        here.generate("after").status() == 200
                                && there.generate("after").status() == 200);
        patiently().until(() -> count("phase = 'QUEUED'") == 0);
        assertThat(here).hasInFlight(count("phase = 'RENDERING'"));
    }

    /** Case 19, when all that is queued has been given up. */
    @ParameterizedTest
    @ValueSource(ints = {401, 402})
    void letsACreateInAsTheProbeWhenNothingIsQueued(int status) {
        Team team =
                start(
                                "seedgate.upstream-probe-interval=10m",
                                "seedgate.upstream-refresh-interval=100ms")
                        .team();
        Team broke = gateways.getFirst().team("monthly_quota", 0);
        vendor.onEveryGenerate(FakeVendor.error(status));
        String task = team.create("the last of the queue");
        patiently().until(() -> refuses(team));
        advance(Duration.ofMinutes(16));
        team.await(task, "FAILED");
        vendor.onEveryGenerate(null);
        assertThat(broke.generate("refused for the team's own reason")).hasStatus(402);
        String probe =
                patiently()
                        .until(() -> team.generate("the probe"), answer -> answer.status() == 200)
                        .data()
                        .get("task_id")
                        .stringValue();
        assertThat(team.generate("one is enough")).hasStatus(503);
        // Beyond the next probe, and before it has waited too long.
        advance(Duration.ofMinutes(11));
        team.await(probe, "RENDERING");
        patiently().until(() -> !refuses(team));
    }

    /** Case 21. */
    @Test
    void staysWithTheFirstEndAndTakesOddAnswersForRunning() {
        Team team = start("seedgate.upstream-status-timeout=30s").team("monthly_quota", 1000);
        String task = team.create("contradicted");
        String id = team.upstreamId(task);
        vendor.onStatus(
                FakeVendor.answer(
                        200,
                        "{\"code\":200,\"data\":{\"task_id\":\""
                                + id
                                + "\",\"status\":\"PONDERING\"}}"),
                FakeVendor.answer(
                        200,
                        "{\"code\":200,\"data\":{\"task_id\":\"" + id + "\",\"status\":null}}"),
                FakeVendor.answer(200, Json.of("code", 200, "data", null)));
        int before = vendor.statuses().size();
        patiently().until(() -> vendor.statuses().size() > before + 4);
        assertThat(team.task(task)).isIn(RENDERING);
        CountDownLatch secondThoughts = new CountDownLatch(1);
        CountDownLatch asked = new CountDownLatch(1);
        vendor.onStatus((request, connection) -> {
            asked.countDown();
            secondThoughts.await();
            vendor.fail(id, "on second thoughts");
            FakeVendor.answer(
                            200,
                            "{\"code\":200,\"data\":{\"task_id\":\""
                                    + id
                                    + "\",\"status\":\"FAILED\",\"error_message\":\"on second thoughts\"}}")
                    .to(request, connection);
        });
        patiently().until(() -> asked.getCount() == 0);
        vendor.finish(id, CLIP);
        // Past the lease of the poll that hangs: another one is made.
        advance(Duration.ofMinutes(5));
        team.await(task, "SUCCEEDED");
        secondThoughts.countDown();
        patiently()
                .until(() ->
                        !database.rows(
                                        "select id from task_event where evidence like '%on second thoughts%'")
                                .isEmpty());
        assertThat(team.status(task)).isSucceeded();
        assertThat(team).hasUsed(65);
    }

    /** Case 28: what an instance's own clock says decides nothing. */
    @ParameterizedTest
    @ValueSource(strings = {"PT1H", "P40D", "-P40D"})
    void decidesNothingByAnInstancesOwnClock(Duration jump) {
        SettableClock clock = new SettableClock(Instant.now());
        Gateway jumpy = keep(startWith(Map.of("clock", clock)));
        Team team = jumpy.team("monthly_quota", 195, "generate_per_minute", 3, "max_in_flight", 3);
        String before = team.create("before the jump");
        team.upstreamId(before);
        String renewal = team.credits().get("renews_at").stringValue();
        clock.advance(jump);
        String after = team.create("after the jump");
        team.upstreamId(after);
        assertThat(team.credits()).has("renews_at", renewal);
        assertThat(team).as("the month is the same").hasUsed(130);
        team.create("the third of this minute");
        assertThat(team.generate("the fourth")).hasError(TEAM_RATE_LIMITED);
        VendorLog.finishAll(vendor);
        team.await(before, "SUCCEEDED");
        team.await(after, "SUCCEEDED");
        assertThat(count("phase in ('UNCERTAIN', 'EXPIRED', 'FAILED')")).isZero();
    }

    /** The share of a team does not depend on how much another one wants. */
    @Test
    void keepsATeamsPlaceWhenAnotherOneFloodsTenfold() {
        int usual = placeOfTheLastOfTwenty(20);
        int flooded = placeOfTheLastOfTwenty(200);
        assertThat(flooded).isLessThanOrEqualTo(usual + 2);
    }

    /** Behind so many of another team, all queued before, with a slow vendor. */
    private int placeOfTheLastOfTwenty(int others) {
        // One call at a time: two that are under way together arrive in any order.
        Gateway gateway =
                start(
                        "seedgate.upstream-requests-per-second=50",
                        "seedgate.upstream-max-concurrent=1");
        Team flood = gateway.team();
        Team team = gateway.team();
        vendor.onGenerate(FakeVendor.throttle("30"));
        flood.create("draws a pause");
        patiently().until(() -> database.rows("select reason from upstream_pause").size() == 1);
        int before = vendor.generates().size();
        IntStream.range(0, others).forEach(i -> flood.create("flood " + i));
        IntStream.range(0, 20).forEach(i -> team.create("mine of " + others + " " + i));
        advance(Duration.ofSeconds(31));
        String mine = "mine of " + others + " ";
        patiently()
                .until(() ->
                        VendorLog.byPrompt(vendor).keySet().stream()
                                        .filter(it -> it.startsWith(mine))
                                        .count()
                                == 20);
        List<String> sent =
                vendor.generates().stream().skip(before).map(VendorLog::prompt).toList();
        gateway.close();
        return IntStream.range(0, sent.size())
                .filter(i -> sent.get(i).startsWith(mine))
                .max()
                .orElseThrow();
    }

    /** Case 30. */
    @Test
    void drainsAFloodOfDuePollsAtTheLimitOldestFirstAndFairByTeam() {
        Gateway gateway =
                start(
                        "seedgate.poll-interval=10m",
                        "seedgate.poll-max-interval=10m",
                        "seedgate.poll-first-after=10m",
                        "seedgate.upstream-requests-per-second=1000");
        Team flood = gateway.team();
        Team few = gateway.team();
        List<String> floodIds =
                IntStream.range(0, 60)
                        .mapToObj(i -> flood.create("flood " + i))
                        .map(flood::upstreamId)
                        .toList();
        List<String> fewIds =
                IntStream.range(0, 5)
                        .mapToObj(i -> few.create("few " + i))
                        .map(few::upstreamId)
                        .toList();
        gateway.close();
        int before = vendor.statuses().size();
        advance(Duration.ofMinutes(15));
        start(
                "seedgate.poll-interval=10m",
                "seedgate.poll-max-interval=10m",
                "seedgate.upstream-requests-per-second=20",
                "seedgate.status-refresh-wait=0s");
        Instant start = Instant.now();
        patiently().until(() -> vendor.statuses().size() >= before + 65);
        Duration took = Duration.between(start, Instant.now());
        List<String> asked =
                vendor.statuses().stream()
                        .skip(before)
                        .map(it -> it.query().getOrDefault("task_id", ""))
                        .toList();
        assertThat(new LinkedHashSet<>(asked)).as("nobody is asked for twice").hasSameSizeAs(asked);
        assertThat(took).as("20 a second").isGreaterThan(Duration.ofMillis(2900));
        assertThat(asked.subList(0, 14)).as("the few are not behind the flood").containsAll(fewIds);
        List<String> order = asked.stream().filter(floodIds::contains).toList();
        assertThat(inversions(order, floodIds))
                .as("oldest first, but for calls under way at once")
                .isLessThan(60);
    }

    /** How many pairs are far out of their order. */
    private static long inversions(List<String> order, List<String> wanted) {
        List<Integer> places = order.stream().map(wanted::indexOf).toList();
        return IntStream.range(0, places.size())
                .filter(i -> Math.abs(places.get(i) - i) > 10)
                .count();
    }

    private boolean refuses(Team team) {
        Answer answer = team.generate("knocks");
        assertThat(answer.status()).as(answer.toString()).isIn(200, 503);
        return answer.status() == 503;
    }

    private Gateway start(String... settings) {
        return keep(startWith(Map.of(), settings));
    }

    private Gateway keep(Gateway gateway) {
        gateways.add(gateway);
        return gateway;
    }

    private Gateway startWith(Map<String, Clock> clocks, String... settings) {
        List<String> all =
                new ArrayList<>(
                        List.of(
                                "seedgate.dispatch-sweep-interval=100ms",
                                "seedgate.upstream-status-timeout=1s"));
        all.addAll(List.of(settings));
        return Gateway.startWith(clocks, database, vendor, all.toArray(String[]::new));
    }

    private long tried() {
        return Long.parseLong(
                database.text("select count(*) from task_event where phase = 'SUBMITTING'"));
    }

    private long count(String which) {
        return Long.parseLong(database.text("select count(*) from task where " + which));
    }

    private static ConditionFactory patiently() {
        return Awaitility.await().pollInterval(Duration.ofMillis(50));
    }

    private void advance(Duration by) {
        ahead = ahead.plus(by);
        database.shiftTime(ahead);
    }
}
