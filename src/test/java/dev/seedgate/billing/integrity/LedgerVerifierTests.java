package dev.seedgate.billing.integrity;

import static dev.seedgate.platform.values.ErrorCode.BOOKS_NOT_AUDITED;
import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.TestDatabase;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;
import tools.jackson.databind.JsonNode;

/** Discrepancies are planted where no call could make them. */
class LedgerVerifierTests {

    private static Gateway gateway;
    private static LedgerVerifier auditor;
    private static Duration ahead = Duration.ZERO;

    @BeforeAll
    static void start() {
        gateway =
                Gateway.start(
                        TestDatabase.create(),
                        FakeVendor.start(),
                        // Where clocks go back to midnight, and an hour of a day comes twice.
                        "seedgate.billing-zone=Atlantic/Azores",
                        // It makes a step when the test says so.
                        "seedgate.ledger-check-interval=1h",
                        "seedgate.ledger-check-entry-batch=3",
                        "seedgate.ledger-check-team-batch=1");
        auditor = gateway.bean(LedgerVerifier.class);
    }

    @AfterAll
    static void stop() {
        gateway.close();
        gateway.vendor().close();
    }

    @Test
    void tellsHowLongNoRoundHasEndedThoughEveryStepFails() {
        rulesBroken();
        TestDatabase database = gateway.database();
        database.execute(
                """
                create function break_off() returns trigger language plpgsql
                    as $$ begin raise exception 'broken'; end $$;
                create trigger break_off before update on auditor execute function break_off()
                """);
        try {
            shift(Duration.ofHours(2));
            assertThatThrownBy(auditor::step).isInstanceOf(DataAccessException.class);
            assertThat(
                            gateway.bean(MeterRegistry.class)
                                    .get("seedgate.auditor.round.age.seconds")
                                    .gauge()
                                    .value())
                    .isGreaterThanOrEqualTo(7200);
        } finally {
            database.execute("drop trigger break_off on auditor; drop function break_off()");
        }
    }

    @Test
    void findsOnePlantedCreditAndForgetsItWhenItIsMended() {
        Team team = gateway.team("monthly_quota", 1000);
        for (int i = 0; i < 7; i++) {
            gateway.vendor()
                    .finish(team.upstreamId(team.create("clip " + i)), "https://x.example/y.mp4");
        }
        assertThat(rulesBroken()).isEmpty();
        String account =
                " where team_id = (select id from team where slug = '" + team.slug() + "')";
        gateway.database().execute("update account set used = used + 1" + account);
        assertThat(rulesBroken()).containsExactly("account_equals_entries");
        gateway.database().execute("update account set used = used - 1" + account);
        assertThat(rulesBroken()).isEmpty();
    }

    @Test
    void findsATaskThatNobodyWillEverTouchAgain() {
        Team team = gateway.team();
        String task = team.create("loses its work");
        team.await(task, "RENDERING");
        gateway.database().execute("delete from work where task_id = '" + task + "'");
        assertThat(rulesBroken()).containsExactly("open_task_has_work");
        JsonNode answer = gateway.admin("GET", "/ledger-check", null).json();
        assertThat(answer).has("drift", 1);
        assertThat(answer.get("findings").get(0)).has("subject", task);
        assertThat(gateway.call("GET", "/actuator/prometheus", null, null).body())
                .contains("seedgate_auditor_findings 1.0");
        gateway.database()
                .execute(
                        "insert into work (task_id, kind, team_id, due_at, start_tag, credits, accepted_at)"
                                + " select id, 'poll', team_id, gateway_now(), 0, credits, gateway_now()"
                                + " from task where id = '"
                                + task
                                + "'");
        assertThat(rulesBroken()).isEmpty();
    }

    @Test
    void findsADayThatIsNotTheSumOfItsEntries() {
        Team team = gateway.team();
        clip(team);
        shift(Duration.ofDays(2));
        assertThat(rulesBroken()).isEmpty();
        gateway.database().execute("update usage_day set charged = charged + 1");
        assertThat(rulesBroken()).containsOnly("usage_equals_entries").isNotEmpty();
        gateway.database().execute("update usage_day set charged = charged - 1");
        gateway.database()
                .execute(
                        "update account_day set top_ups = top_ups + 1 where team_id = (select id from team where slug = '"
                                + team.slug()
                                + "')");
        assertThat(rulesBroken()).containsOnly("account_equals_entries", "days_equal_entries");
        gateway.database()
                .execute(
                        "begin; update ledger_days set until = null; delete from usage_day; delete from account_day; delete from render_day; commit");
        assertThat(rulesBroken()).isEmpty();
    }

    @Test
    void cutsADayWhereItsFirstHourComesTwiceAsItWasSummed() {
        Team team = gateway.team();
        gateway.database()
                .execute(
                        """
                        begin;
                        insert into ledger_entry (at, kind, team_id, debit, credit, credits, period,
                            from_quota, from_top_ups, actor, team_slug)
                        select moment, 'grant', t.id, 'company', 'team', 5, '2026-10-01', 0, 5, 'test', t.slug
                        from team t, (values (timestamptz '2026-10-24 23:30Z'), ('2026-10-25 00:30Z'),
                            ('2026-10-25 01:30Z')) m (moment)
                        where t.slug = '%1$s';
                        update account set top_ups = top_ups + 15
                        where team_id = (select id from team where slug = '%1$s');
                        update ledger_days set until = null;
                        delete from usage_day; delete from account_day; delete from render_day;
                        commit
                        """
                                .formatted(team.slug()));
        assertThat(rulesBroken()).isEmpty();
        assertThat(
                        gateway.database()
                                .rows(
                                        "select day || ' ' || top_ups from account_day d join team t on t.id = d.team_id where slug = '"
                                                + team.slug()
                                                + "' order by 1"))
                .containsExactly("2026-10-24 5", "2026-10-25 10");
    }

    @Test
    void letsAMonthCloseAfterAWholeRoundThatBeganAfterItsEnd() {
        Team team = gateway.team();
        clip(team);
        assertThat(rulesBroken()).isEmpty();
        String month = gateway.database().text("select to_char(gateway_now(), 'YYYY-MM')");
        clip(team);
        shift(
                Duration.ofSeconds(
                        Long.parseLong(
                                gateway.database()
                                        .text(
                                                "select ceil(extract(epoch from gateway_renewal() - gateway_now()))::bigint + 7200"))));
        String close = "/reports/statements/" + month + "/close";
        Answer early = gateway.admin("POST", close, null);
        assertThat(early).hasStatus(409).hasError(BOOKS_NOT_AUDITED);
        assertThat(early.json().get("detail").stringValue())
                .containsAnyOf("It has checked the ledger up to 20", "It has not come to any hour");
        while (gateway.database().text(UNCHECKED).equals("t")) {
            shift(Duration.ofMinutes(31));
            sumWhatIsOver();
            auditor.step();
        }
        gateway.database()
                .execute(
                        "update auditor set teams_began_at = gateway_now() - interval '40 days', teams_completed_from = gateway_now() - interval '40 days'");
        Answer accounts = gateway.admin("POST", close, null);
        assertThat(accounts).hasError(BOOKS_NOT_AUDITED).says("it will be through at about 20");
        assertThat(rulesBroken()).isEmpty();
        assertThat(gateway.admin("POST", close, null)).hasStatus(200);
    }

    private static void sumWhatIsOver() {
        boolean more = true;
        while (more) {
            more = gateway.bean(DailyRollup.class).sumNext();
        }
    }

    private static void clip(Team team) {
        String task = team.create("clip");
        gateway.vendor().finish(team.upstreamId(task), "https://x.example/y.mp4");
        team.await(task, "SUCCEEDED");
    }

    // What is over, and the auditor has not come to.
    private static final String UNCHECKED =
            "select exists (select from ledger_entry where at >= coalesce(new_until, '-infinity')) from auditor";

    private static void shift(Duration by) {
        ahead = ahead.plus(by);
        gateway.database().shiftTime(ahead);
    }

    /** After one whole round from the beginning, with all days summed that are over. */
    private static List<String> rulesBroken() {
        gateway.database()
                .execute(
                        "update auditor set team_cursor = 0, teams_began_at = gateway_now(), round_until = null, round_counted = 0; delete from usage_recount where walk = 'round'; delete from account_recount where walk = 'round'");
        String accounts = "select teams_began_at = '%s' from auditor".formatted(teamsBegan());
        boolean ended = false;
        for (int i = 0; i < 400; i++) {
            shift(Duration.ofMinutes(31));
            sumWhatIsOver();
            ended |= auditor.step();
            if (ended && gateway.database().text(accounts).equals("f")) {
                return auditor.report().findings().stream().map(LedgerFinding::rule).toList();
            }
        }
        throw new AssertionError("the round does not end");
    }

    private static String teamsBegan() {
        return gateway.database().text("select teams_began_at from auditor");
    }
}
