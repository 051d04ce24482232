package dev.seedgate.task.order;

import static dev.seedgate.platform.values.ErrorCode.FORBIDDEN;
import static dev.seedgate.platform.values.ErrorCode.IDEMPOTENCY_KEY_REUSED;
import static dev.seedgate.platform.values.ErrorCode.OVERLOADED;
import static dev.seedgate.platform.values.ErrorCode.TEAM_QUOTA_EXHAUSTED;
import static dev.seedgate.platform.values.ErrorCode.TEAM_RATE_LIMITED;
import static dev.seedgate.platform.values.ErrorCode.TEAM_TASKS_IN_FLIGHT;
import static dev.seedgate.platform.values.ErrorCode.UPSTREAM_UNAVAILABLE;
import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Json;
import dev.seedgate.testing.TestDatabase;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A create that is refused, and a quote, write nothing: no row, not even one that is taken back,
 * and after the first no lock of a row either. Sequences, which no rollback moves back, count what
 * is written.
 */
class RefusalTests {

    private static final String QUOTE =
            Json.of("prompt", "x", "aspect_ratio", "16:9", "duration", "5");

    private static TestDatabase database;
    private static FakeVendor vendor;
    private static Gateway gateway;

    @BeforeAll
    static void start() {
        database = TestDatabase.create();
        vendor = FakeVendor.start();
        gateway =
                Gateway.start(
                        database,
                        vendor,
                        // A queue of 27 is full: a minute at half of the rate, less a tenth.
                        "seedgate.upstream-requests-per-second=1",
                        "seedgate.queue-max-wait=60s",
                        "seedgate.dispatch-sweep-interval=1h",
                        "seedgate.poll-first-after=1h");
        database.execute("create sequence writes");
        database.execute(
                """
                create function count_write() returns trigger language plpgsql security definer as $$
                begin
                    perform nextval('writes');
                    return coalesce(new, old);
                end $$\
                """);
        for (String table :
                List.of(
                        "task",
                        "task_event",
                        "idempotency_key",
                        "work",
                        "ledger_entry",
                        "account")) {
            database.execute(
                    "create trigger count_write before insert or update or delete on %s for each row execute function count_write()"
                            .formatted(table));
        }
    }

    @AfterAll
    static void stop() {
        gateway.close();
        vendor.close();
    }

    /** Nothing is sent, so that nothing but a create writes. */
    @BeforeEach
    void pause() {
        gateway.admin("POST", "/upstream/pause", "{}");
    }

    @Test
    void writesNothingWhenSuspended() throws Exception {
        Team team = gateway.team();
        gateway.admin("POST", "/teams/" + team.slug() + "/suspend", "{}");
        refusesWithoutATrace(team, FORBIDDEN);
    }

    @Test
    void writesNothingWhenTheRateIsReached() throws Exception {
        Team team = gateway.team("generate_per_minute", 1);
        team.create("the first");
        refusesWithoutATrace(team, TEAM_RATE_LIMITED);
    }

    @Test
    void writesNothingWhenTooManyAreInFlight() throws Exception {
        Team team = gateway.team("max_in_flight", 1);
        team.create("the first");
        refusesWithoutATrace(team, TEAM_TASKS_IN_FLIGHT);
    }

    @Test
    void writesNothingWhenTheQuotaIsUsed() throws Exception {
        refusesWithoutATrace(gateway.team("monthly_quota", 64), TEAM_QUOTA_EXHAUSTED);
    }

    @Test
    void writesNothingWhenCreatesAreStopped() throws Exception {
        Team team = gateway.team();
        gateway.admin("POST", "/upstream/creates/stop", "{}");
        try {
            refusesWithoutATrace(team, UPSTREAM_UNAVAILABLE);
        } finally {
            gateway.admin("POST", "/upstream/creates/resume", "{}");
        }
    }

    @Test
    void writesNothingWhenTheQueueIsFull() throws Exception {
        Team team = gateway.team();
        Awaitility.await().until(() -> team.generate("fills the queue").status() == 503);
        try {
            refusesWithoutATrace(team, OVERLOADED);
        } finally {
            database.rows(
                            "select t.id from task t join team on team.id = t.team_id where phase = 'QUEUED' and slug = '"
                                    + team.slug()
                                    + "'")
                    .forEach(
                            task -> gateway.call("DELETE", "/api/tasks/" + task, team.key(), null));
            Awaitility.await().until(() -> quote(team).data().get("accepted").asBoolean());
        }
    }

    @Test
    void writesNothingForAKeyThatMadeAnother() {
        Team team = gateway.team();
        Answer first = team.generate("the first", "Idempotency-Key", "key");
        long before = writes();
        assertThat(team.generate("another", "Idempotency-Key", "key"))
                .hasError(IDEMPOTENCY_KEY_REUSED);
        assertThat(team.generate("the first", "Idempotency-Key", "key").data())
                .isEqualTo(first.data());
        assertThat(writes()).isEqualTo(before);
    }

    /** What made it may be what uses up the rest. */
    @Test
    void answersAKnownKeyWhateverWouldRefuseANewOne() {
        Team team = gateway.team("monthly_quota", 65);
        Answer first = team.generate("the last", "Idempotency-Key", "last");
        assertThat(team.generate("the last", "Idempotency-Key", "last").data())
                .isEqualTo(first.data());
        assertThat(team.generate("the last", "Idempotency-Key", "next"))
                .hasError(TEAM_QUOTA_EXHAUSTED);
    }

    @Test
    void writesNothingForAQuote() throws Exception {
        Team team = gateway.team("monthly_quota", 65);
        long before = writes();
        withLockedAccount(
                team,
                () -> {
                    Answer quote = quote(team);
                    assertThat(quote.data()).has("accepted", true).has("remaining", 65);
                });
        assertThat(writes()).isEqualTo(before);
        assertThat(team).hasUsed(0);
    }

    private static void refusesWithoutATrace(Team team, ErrorCode error) {
        long before = writes();
        // The first may wait for the account; a team that was refused is looked at before.
        assertThat(team.generate("refused")).hasError(error);
        withLockedAccount(
                team,
                () -> {
                    for (int i = 0; i < 5; i++) {
                        assertThat(team.generate("refused")).hasError(error);
                        assertThat(team.generate("refused", "Idempotency-Key", "key"))
                                .hasError(error);
                    }
                    Answer quote = quote(team);
                    assertThat(quote.data()).has("accepted", false).has("error", error.name());
                });
        assertThat(writes()).isEqualTo(before);
    }

    private static Answer quote(Team team) {
        return gateway.call("POST", "/api/quote", team.key(), QUOTE);
    }

    /** Who wants to lock the account too is cancelled after a while, and answers 503. */
    private static void withLockedAccount(Team team, Runnable calls) {
        database.during(
                "select from account where team_id = (select id from team where slug = '%s') for update"
                        .formatted(team.slug()),
                calls);
    }

    private static long writes() {
        return Long.parseLong(
                database.text("select case when is_called then last_value else 0 end from writes"));
    }
}
