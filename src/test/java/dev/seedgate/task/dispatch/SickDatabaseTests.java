package dev.seedgate.task.dispatch;

import static dev.seedgate.platform.values.ErrorCode.INTERNAL_ERROR;
import static dev.seedgate.platform.values.ErrorCode.OVERLOADED;
import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.platform.database.DatabaseFault;
import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Invariants;
import dev.seedgate.testing.TestDatabase;
import jakarta.persistence.EntityManager;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.assertj.core.api.SoftAssertions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** What a database that refuses does to creates and to what the vendor was paid for. */
@ExtendWith(OutputCaptureExtension.class)
class SickDatabaseTests {

    /** States that pass by themselves. */
    private static final List<String> AWAY =
            List.of(
                    "0A000", "08000", "08003", "08006", "08P01", "25006", "25P03", "28000", "28P01",
                    "3D000", "40001", "40P01", "53000", "53100", "53200", "53300", "53400", "55P03",
                    "55006", "57000", "57014", "57P01", "57P02", "57P03", "57P05", "58000", "58030",
                    "58P01", "F0000", "XX000", "XX001");

    /** States that somebody has to mend. */
    private static final List<String> DEFECTS =
            List.of("21000", "2F000", "42501", "42601", "42703", "42P01", "54000", "P0001");

    private static final List<String> DATA =
            List.of("22001", "22003", "22012", "22P02", "23502", "23503", "23505", "23514");

    private static TestDatabase database;
    private static FakeVendor vendor;
    private static Gateway gateway;

    @BeforeAll
    static void start() {
        database = TestDatabase.create();
        vendor = FakeVendor.start();
        gateway = Gateway.start(database, vendor, "seedgate.dispatch-sweep-interval=100ms");
        // Refuses what is written of a task whose prompt is a SQLSTATE, with that.
        database.execute("create table refusal (state text primary key, phase text)");
        database.execute(
                """
                create function refuse() returns trigger language plpgsql security definer as $$
                begin
                    if exists (select from refusal where state = new.prompt and phase = new.phase) then
                        perform nextval('refused_' || lower(new.prompt));
                        raise exception 'refused' using errcode = new.prompt;
                    end if;
                    return new;
                end $$\
                """);
        database.execute(
                "create trigger refuse before insert or update on task for each row execute function refuse()");
        database.execute(
                "create function fail(state text) returns int language plpgsql as $$ begin raise exception 'failed' using errcode = state; end $$");
        for (List<String> states : List.of(AWAY, DEFECTS, DATA)) {
            for (String state : states) {
                database.execute("create sequence refused_" + state);
            }
        }
    }

    @AfterAll
    static void stop() {
        gateway.close();
        vendor.close();
    }

    @AfterEach
    void booksBalance() {
        Invariants.check(database);
    }

    @ParameterizedTest
    @FieldSource("AWAY")
    void knowsWhatPassesByItself(String state) {
        assertFault(state, DatabaseFault.AWAY);
    }

    @ParameterizedTest
    @FieldSource("DEFECTS")
    void knowsWhatSomebodyHasToMend(String state) {
        assertFault(state, DatabaseFault.DEFECT);
    }

    @ParameterizedTest
    @FieldSource("DATA")
    void knowsWhatIsWrongWithTheValues(String state) {
        assertFault(state, DatabaseFault.DATA);
    }

    /** Whoever asks: the three kinds of clients that there are. */
    private static void assertFault(String state, DatabaseFault fault) {
        String sql = "select fail('" + state + "')";
        JdbcClient configured = gateway.bean(JdbcClient.class);
        JdbcClient handMade = JdbcClient.create(gateway.bean(DataSource.class));
        EntityManager entities = gateway.bean(EntityManager.class);
        TransactionTemplate transaction =
                new TransactionTemplate(gateway.bean(PlatformTransactionManager.class));
        Map<String, Supplier<Object>> clients =
                Map.of(
                        "configured", () -> configured.sql(sql).query(Integer.class).single(),
                        "hand-made", () -> handMade.sql(sql).query(Integer.class).single(),
                        "JPA",
                                () ->
                                        transaction.execute(_ ->
                                                entities.createNativeQuery(sql).getSingleResult()));
        SoftAssertions.assertSoftly(softly ->
                clients.forEach((name, client) ->
                        softly.assertThatThrownBy(client::get)
                                .as(name)
                                .satisfies(e -> assertThat(DatabaseFault.of(e)).isEqualTo(fault))));
    }

    @Test
    void tellsAClientWhetherToTryAgain() {
        Team team = gateway.team();
        for (List<String> states : List.of(AWAY, DEFECTS, DATA)) {
            for (String state : states) {
                database.execute("insert into refusal values ('" + state + "', 'QUEUED')");
                Answer answer = team.generate(state);
                if (AWAY.contains(state)) {
                    assertThat(answer).as(state).hasStatus(503).hasError(OVERLOADED);
                    assertThat(answer.header("Retry-After")).as(state).isNotNull();
                } else {
                    assertThat(answer).as(state).hasStatus(500).hasError(INTERNAL_ERROR);
                }
            }
        }
        database.execute("delete from refusal");
        assertThat(team.generate(AWAY.getFirst())).hasStatus(200);
    }

    /** More tries than there are for what only the answer is to blame for. */
    @Test
    void keepsAPaidAnswerWhateverTheDatabaseSaysThatMayPass(CapturedOutput out) {
        Team team = gateway.team();
        List<String> states =
                List.of("08006", "25006", "40001", "42501", "42P01", "53100", "57014", "58030");
        for (String state : states) {
            database.execute("insert into refusal values ('" + state + "', 'RENDERING')");
        }
        Map<String, String> tasks =
                states.stream().collect(Collectors.toMap(state -> state, team::create));
        for (String state : states) {
            Awaitility.await(state).until(() -> refusals(state) > 6);
        }
        database.execute("delete from refusal");
        tasks.forEach((state, task) -> {
            String id = team.upstreamId(task);
            assertThat(out.toString()).as(state).contains(task + " (taken as " + id + ")");
        });
        assertThat(
                        vendor.generates().stream()
                                .filter(it ->
                                        states.stream()
                                                .anyMatch(state -> it.body().contains(state))))
                .hasSize(states.size());
    }

    @Test
    void writesTheIdDownThatNothingWillStore(CapturedOutput out) {
        Team team = gateway.team();
        database.execute("insert into refusal values ('22003', 'RENDERING')");
        Set<String> before = Set.copyOf(vendor.acceptedIds());
        String task = team.create("22003");
        Awaitility.await().until(() -> refusals("22003") >= 5);
        String id = newId(before);
        Awaitility.await()
                .untilAsserted(() ->
                        assertThat(out.toString())
                                .contains(
                                        "given up: what the vendor answered for task %s (taken as %s)"
                                                .formatted(task, id)));
        database.execute("delete from refusal");
    }

    /** As an administrator, a watchdog of the disk or a fail-over makes it. */
    @Test
    void storesAPaidAnswerThatCameWhileTheDatabaseWasReadOnly(CapturedOutput out) {
        Team team = gateway.team("monthly_quota", 1000);
        CountDownLatch readOnly = new CountDownLatch(1);
        vendor.onGenerate((request, connection) -> {
            readOnly.await();
            vendor.acceptLate(Duration.ZERO).to(request, connection);
        });
        int sent = vendor.generates().size();
        Set<String> taken = Set.copyOf(vendor.acceptedIds());
        String task = team.create("taken while read-only");
        Awaitility.await().until(() -> vendor.generates().size() == sent + 1);
        database.makeReadOnly();
        readOnly.countDown();
        Awaitility.await().until(() -> vendor.acceptedIds().size() == taken.size() + 1);
        String id = newId(taken);
        Awaitility.await()
                .untilAsserted(
                        () -> assertThat(out.toString()).contains(task + " (taken as " + id + ")"));
        Awaitility.await().until(() -> readiness() == 503);
        // The first ones may still find out that their connections are gone.
        for (int i = 0; i < 20; i++) {
            Answer answer = team.generate("meanwhile");
            assertThat(answer).hasStatus(503).hasError(OVERLOADED);
            assertThat(answer.header("Retry-After")).isNotNull();
        }
        assertThat(gateway.call("GET", "/actuator/health/liveness", null, null)).hasStatus(200);
        assertThat(team.status(task)).isRunning();
        // Connections that were made meanwhile stay read-only; nobody ends them.
        database.makeWritable();
        assertThat(team.upstreamId(task)).isEqualTo(id);
        Awaitility.await().until(() -> readiness() == 200);
        Awaitility.await()
                .untilAsserted(() -> assertThat(team.generate("afterwards")).hasStatus(200));
        assertThat(vendor.generates().stream().filter(it -> it.body().contains("taken while")))
                .hasSize(1);
    }

    private static String newId(Set<String> before) {
        return vendor.acceptedIds().stream()
                .filter(id -> !before.contains(id))
                .findFirst()
                .orElseThrow();
    }

    private static long refusals(String state) {
        return Long.parseLong(
                database.text(
                        "select case when is_called then last_value else 0 end from refused_"
                                + state));
    }

    private static int readiness() {
        return gateway.call("GET", "/actuator/health/readiness", null, null).status();
    }
}
