package dev.seedgate.billing.integrity;

import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.billing.integrity.PlantedLedger.Clip;
import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.awaitility.Awaitility;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Sums of slices that are smaller than an hour, where days begin at half past and clocks are moved
 * by half an hour.
 */
class DailyRollupTests {

    private static final int SLICE = 5;

    private static Gateway gateway;
    private static DailyRollup days;
    private static int ids;

    @BeforeAll
    static void start() {
        TestDatabase database = TestDatabase.createEmpty();
        summedByDay(database);
        gateway =
                Gateway.start(
                        database,
                        FakeVendor.start(),
                        "seedgate.billing-zone=Australia/Lord_Howe",
                        "seedgate.ledger-check-interval=1h",
                        "seedgate.ledger-check-entry-batch=3",
                        "seedgate.ledger-rollup-batch=" + SLICE);
        days = gateway.bean(DailyRollup.class);
        // What it sums when it starts.
        Awaitility.await()
                .until(() ->
                        database.text(
                                        "select coalesce(until >= '2019-05-07 13:30Z', false) from ledger_days")
                                .equals("t"));
    }

    /** As an older version leaves it: a day whole, and the next not yet. */
    private static void summedByDay(TestDatabase database) {
        Flyway.configure()
                .configuration(database.flyway().getConfiguration())
                .skipDefaultCallbacks(true)
                .target("15")
                .load()
                .migrate();
        database.execute(
                """
                insert into installation (billing_zone) values ('Australia/Lord_Howe');
                insert into team (slug, name, created_at) values ('old', 'Old', '2019-01-01');
                insert into account (team_id, period, used) select id, '2019-05-01', 195 from team;
                insert into ledger_entry (at, kind, team_id, debit, credit, credits, period, from_quota,
                    from_top_ups, task_id, actor, team_slug, preset, upstream)
                select at, 'reserve', id, 'team', 'held', 65, '2019-05-01', 65, 0, 'old-' || at, 'test', slug,
                    '5s', 'seedance'
                from team, (values (timestamptz '2019-05-05 14:00Z'), ('2019-05-05 20:00Z'),
                    ('2019-05-06 14:00Z')) m (at);
                """);
        sumAsBefore(database);
    }

    private static void sumAsBefore(TestDatabase database) {
        database.execute(
                """
                update ledger_days set until = '2019-05-06 13:30Z';
                insert into usage_day select '2019-05-06', '2019-05-06', id, slug, null, null, null, '5s',
                    'seedance', 2, 0, 0, 130, 0 from team where slug = 'old';
                insert into account_day select id, '2019-05-06', '2019-05-01', 2, 130, 0, 0, 0, 0, 0, 0
                    from team where slug = 'old'
                """);
    }

    @AfterAll
    static void stop() {
        gateway.close();
        gateway.vendor().close();
    }

    @Test
    void countTheSameHoweverFarTheyAre() {
        Team team = gateway.team();
        PlantedLedger ledger = new PlantedLedger(gateway.database());
        Random random = new Random(7);
        // Half an hour was put back on the 7th of April and forward on the 6th of October.
        for (String from : List.of("2019-04-06T00:00:00Z", "2019-10-05T00:00:00Z")) {
            for (int i = 0; i < 25; i++) {
                Instant at = Instant.parse(from).plusSeconds(random.nextInt(2 * 86_400));
                ledger.add(clip(team, at, at.plusSeconds(random.nextInt(40_000))));
            }
        }
        // More of one moment than a slice has.
        for (int i = 0; i < 2 * SLICE; i++) {
            Instant at = Instant.parse("2019-04-06T13:15:00Z");
            ledger.add(clip(team, at, at));
        }
        ledger.write();
        List<String> queries =
                List.of(
                        "/admin/api/reports/usage?from=2019-04-01&to=2019-11-01&group_by=day,team",
                        "/admin/api/reports/usage?from=2019-04-01&to=2019-11-01&group_by=month",
                        "/admin/api/reports/usage?from=2019-04-07&to=2019-04-08&group_by=day",
                        "/admin/api/reports/usage?from=2019-10-06&to=2019-10-07",
                        "/admin/api/reports/usage?from=2019-04-06T13:17:00Z&to=2019-10-06T03:00:00Z&group_by=day",
                        "/admin/api/reports/statements/2019-04",
                        "/admin/api/reports/statements/2019-10",
                        "/admin/api/reports/statements/2019-11");
        again();
        List<String> before = answers(team, queries);
        List<String> marks = new ArrayList<>();
        while (days.sumNext()) {
            marks.add(gateway.database().text("select until at time zone 'UTC' from ledger_days"));
            assertThat(answers(team, queries)).as(marks.getLast()).isEqualTo(before);
        }
        assertThat(marks).hasSizeGreaterThan(120 / SLICE).doesNotHaveDuplicates();
        assertThat(marks).as("days end").contains("2019-04-06 13:00:00", "2019-04-07 13:30:00");
        assertThat(marks).as("and slices before").contains("2019-04-06 13:15:00.000001");
        assertThat(
                        gateway.database()
                                .text(
                                        "select max(n) from (select count(*) n from usage_day group by team_id, day, priced_on, team_slug, project, cost_center, key_name, preset, upstream) g"))
                .as("a row for each day and its names, however many slices")
                .isEqualTo("1");
    }

    @Test
    void goOnFromDaysThatWereSummedWhole() {
        again();
        sumAsBefore(gateway.database());
        String query = "/reports/usage?from=2019-05-01&to=2019-06-01&group_by=day";
        String before = gateway.admin("GET", query, null).body();
        assertThat(before).contains("\"charged\":130", "\"charged\":65", "\"charged\":195");
        sumAll();
        assertThat(gateway.admin("GET", query, null).body()).isEqualTo(before);
        assertThat(gateway.database().text("select until > '2019-05-06 14:00Z' from ledger_days"))
                .isEqualTo("t");
    }

    @Test
    void areCountedOnceMoreByTheAuditorInSlicesOfItsOwn() {
        Team team = gateway.team();
        PlantedLedger ledger = new PlantedLedger(gateway.database());
        for (int i = 0; i < 20; i++) {
            Instant at = Instant.parse("2018-06-10T02:00:00Z").plus(Duration.ofMinutes(i));
            ledger.add(clip(team, at, at.plusSeconds(30)));
        }
        ledger.write();
        again();
        sumAll();
        assertThat(audited("2018-06-11")).isEmpty();
        gateway.database()
                .execute(
                        "update usage_day set charged = charged + 1 where day = '2018-06-10' and created > 0");
        assertThat(audited("2018-06-11")).containsExactly("usage_equals_entries 2018-06-10");
        gateway.database()
                .execute(
                        "update usage_day set charged = charged - 1 where day = '2018-06-10' and created > 0");
        // A crash takes what was counted of a day under way.
        gateway.database()
                .execute("update auditor set new_until = '2018-06-10 02:10Z', new_counted = 20");
        assertThat(audited("2018-06-11")).isEmpty();
    }

    /** As if nothing had been summed or audited yet. */
    private static void again() {
        gateway.database()
                .execute(
                        "begin; update ledger_days set until = null; delete from usage_day; delete from account_day; delete from render_day; update auditor set new_until = null; commit");
    }

    private static void sumAll() {
        boolean more = true;
        while (more) {
            more = days.sumNext();
        }
    }

    /** The days that differ, when the auditor has been through what is new up to this day. */
    private static List<String> audited(String day) {
        if (gateway.database().text("select coalesce(new_counted, 0) from auditor").equals("0")) {
            gateway.database().execute("update auditor set new_until = null");
        }
        LedgerVerifier auditor = gateway.bean(LedgerVerifier.class);
        String there = "select coalesce(new_until >= '%s', false) from auditor".formatted(day);
        for (int i = 0; i < 200 && gateway.database().text(there).equals("f"); i++) {
            gateway.database().execute("update auditor set due_at = '-infinity'");
            auditor.step();
        }
        assertThat(gateway.database().text(there)).isEqualTo("t");
        return gateway.database()
                .rows(
                        "select rule || ' ' || subject from finding where mended_at is null and subject < '%s' and rule like '%%equals_entries' and rule <> 'account_equals_entries'"
                                .formatted(day));
    }

    private static List<String> answers(Team team, List<String> queries) {
        List<String> answers = new ArrayList<>();
        for (String query : queries) {
            Answer answer = gateway.call("GET", query, Gateway.ADMIN_KEY, null);
            assertThat(answer).hasStatus(200);
            answers.add(
                    query.contains("statements")
                            ? answer.json().get("teams").toString()
                            : answer.body());
        }
        answers.add(team.get("/api/usage?from=2019-04-01&to=2019-11-01&group_by=day").body());
        return answers;
    }

    private static Clip clip(Team team, Instant created, Instant end) {
        return new Clip(
                "sd15p_hourly%014d".formatted(++ids),
                team.slug(),
                null,
                null,
                "key",
                "5s",
                created,
                end,
                Duration.between(created, end).toSeconds() % 3 > 0);
    }
}
