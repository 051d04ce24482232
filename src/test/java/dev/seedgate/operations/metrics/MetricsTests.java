package dev.seedgate.operations.metrics;

import static dev.seedgate.platform.values.ErrorCode.TEAM_QUOTA_EXHAUSTED;
import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.seedgate.platform.telemetry.AfterCommit;
import dev.seedgate.platform.telemetry.Loops;
import dev.seedgate.platform.telemetry.TeamMetrics;
import dev.seedgate.platform.telemetry.TelemetrySettings;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

class MetricsTests {

    private static final Gateway gateway = Gateway.shared();

    private static Scrape before;
    private static Scrape after;

    @BeforeAll
    static void sendsWhatIsSentEveryDay() {
        gateway.bean(ClusterGauges.class).read();
        before = Scrape.of(gateway);
        Team team = gateway.team("monthly_quota", 195);
        String finished = team.create("a clip");
        team.generate("twice", "Idempotency-Key", "once");
        team.generate("twice", "Idempotency-Key", "once");
        String failed = team.create("it will fail");
        assertThat(team.generate("one too many")).hasError(TEAM_QUOTA_EXHAUSTED);
        gateway.call("POST", "/api/generate", "sg_wrong", "{}");
        gateway.admin("GET", "/teams", null);
        gateway.call("GET", "/admin/api/teams", "wrong", null);
        team.upstreamId(finished);
        team.status(finished);
        gateway.vendor().finish(team.upstreamId(finished), "https://cdn.example.com/clip.mp4");
        gateway.vendor().fail(team.upstreamId(failed), "out of luck");
        team.await(finished, "SUCCEEDED");
        team.await(failed, "FAILED");
        team.status(finished);
        after = Scrape.of(gateway);
    }

    @Test
    void tellsWhatIsDocumentedAndNothingElse() throws IOException {
        assertThat(after.types()).isEqualTo(DocumentedMetrics.read().types());
    }

    @Test
    void labelsAsDocumentedAndByNoTeam() throws IOException {
        DocumentedMetrics.read()
                .labels()
                .forEach((name, labels) ->
                        assertThat(after.labels(name)).as(name).isEqualTo(labels));
    }

    @Test
    void countsCreatesByTheirOutcome() {
        assertThat(more("seedgate_creates_total", "outcome=\"accepted\""))
                .isGreaterThanOrEqualTo(3);
        assertThat(more("seedgate_creates_total", "outcome=\"replayed\""))
                .isGreaterThanOrEqualTo(1);
        assertThat(more("seedgate_creates_total", "outcome=\"TEAM_QUOTA_EXHAUSTED\""))
                .isGreaterThanOrEqualTo(1);
        assertThat(more("seedgate_creates_total", "outcome=\"INVALID_API_KEY\""))
                .isGreaterThanOrEqualTo(1);
    }

    @Test
    void countsTheCreditsThatMoved() {
        // Not the create that was refused.
        assertThat(more("seedgate_credits_total", "movement=\"reserve\""))
                .isGreaterThanOrEqualTo(195);
        assertThat(more("seedgate_credits_total", "movement=\"settle\""))
                .isGreaterThanOrEqualTo(65);
        assertThat(more("seedgate_credits_total", "movement=\"release\""))
                .isGreaterThanOrEqualTo(65);
    }

    @Test
    void countsKeysThatAreNotGoodAndReadsAndEnds() {
        assertThat(more("seedgate_authentication_failures_total", "door=\"team\"")).isPositive();
        assertThat(more("seedgate_authentication_failures_total", "door=\"admin\"")).isPositive();
        assertThat(more("seedgate_status_reads_total", "answer=\"stored\"")).isPositive();
        // Late where the machine is busy.
        assertThat(
                        more("seedgate_status_reads_total", "answer=\"fresh\"")
                                + more("seedgate_status_reads_total", "answer=\"late\""))
                .isPositive();
        assertThat(more("seedgate_tasks_ended_total", "phase=\"SUCCEEDED\"")).isPositive();
        assertThat(more("seedgate_tasks_wait_seconds_count")).isPositive();
        assertThat(more("seedgate_tasks_render_seconds_count", "phase=\"FAILED\"")).isPositive();
        assertThat(more("seedgate_permits_taken_total", "operation=\"submit\"")).isPositive();
        assertThat(more("seedgate_vendor_call_time_seconds_count", "operation=\"poll\""))
                .isPositive();
    }

    @Test
    void countsNothingThatWasRolledBack() {
        TransactionTemplate transaction =
                new TransactionTemplate(gateway.bean(PlatformTransactionManager.class));
        AtomicInteger counted = new AtomicInteger();
        transaction.executeWithoutResult(status -> {
            AfterCommit.run(counted::incrementAndGet);
            status.setRollbackOnly();
        });
        assertThat(counted).hasValue(0);
        transaction.executeWithoutResult(_ -> AfterCommit.run(counted::incrementAndGet));
        assertThat(counted).hasValue(1);
    }

    @Test
    void readsTheClustersFiguresFromTheDatabase() {
        TestDatabase database = TestDatabase.create();
        plant(database, "queued", "QUEUED", "submit");
        plant(database, "rendering", "RENDERING", "poll");
        plant(database, "lost", "UNCERTAIN", "refund");
        plant(database, "old", "EXPIRED", "poll");
        database.execute("update account set in_flight = 2");
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        ClusterGauges gauges =
                new ClusterGauges(
                        JdbcClient.create(database.dataSource()),
                        new TelemetrySettings(false, 1, Duration.ofSeconds(15), 100, Duration.ZERO),
                        meters,
                        new Loops(meters));
        assertThat(meters.get("seedgate.queue.depth").gauge().value()).isNaN();
        database.shiftTime(Duration.ofMinutes(10));
        gauges.read();
        assertThat(meters.get("seedgate.queue.depth").gauge().value()).isOne();
        assertThat(meters.get("seedgate.queue.oldest.seconds").gauge().value())
                .isCloseTo(600, within(60.0));
        assertThat(meters.get("seedgate.tasks.in.flight").gauge().value()).isEqualTo(2);
        assertThat(meters.get("seedgate.tasks.open").tag("phase", "UNCERTAIN").gauge().value())
                .isOne();
        assertThat(meters.get("seedgate.tasks.open").tag("phase", "EXPIRED").gauge().value())
                .isOne();
        assertThat(meters.get("seedgate.polls.due").gauge().value()).isEqualTo(2);
        assertThat(meters.get("seedgate.dispatch.lag.seconds").tag("kind", "poll").gauge().value())
                .isCloseTo(600, within(60.0));
        assertThat(meters.get("seedgate.dispatch.lag.seconds").tag("kind", "sent").gauge().value())
                .isZero();
    }

    @Test
    void namesABoundedNumberOfTeamsAndOnlyWhenTold() {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        TeamMetrics named =
                new TeamMetrics(
                        meters,
                        new TelemetrySettings(true, 1, Duration.ofSeconds(15), 100, Duration.ZERO));
        named.created("accepted", "first");
        named.created("accepted", "second");
        named.created("accepted", "third");
        named.created("INVALID_API_KEY", null);
        named.moved("settle", "first", 65);
        assertThat(meters.find("seedgate.creates").counters())
                .extracting(it -> it.getId().getTag("team"))
                .containsExactlyInAnyOrder("first", "other", "none");
        assertThat(meters.get("seedgate.credits").tag("team", "first").counter().count())
                .isEqualTo(65);
    }

    private static void plant(TestDatabase database, String name, String phase, String kind) {
        database.execute(
                """
                insert into team (slug, name, created_at) values ('plants', 'Plants', now())
                    on conflict do nothing;
                insert into account (team_id, period) select id, current_date from team
                    on conflict do nothing;
                insert into task (id, team_id, key_id, key_name, request_id, aspect_ratio, duration_seconds,
                        sound, image_urls, preset, credits, price_version, phase, upstream, created_at)
                    select '%1$s', id, 1, 'key', 'request', '16:9', 5, false, '{}', '5s', 65, 1, '%2$s',
                        'seedance', now() from team;
                insert into work (task_id, kind, team_id, due_at, start_tag, credits)
                    select '%1$s', '%3$s', id, now(), 0, 65 from team;
                """
                        .formatted(name, phase, kind));
    }

    private static double more(String name, String... labels) {
        return after.value(name, labels) - before.value(name, labels);
    }
}
