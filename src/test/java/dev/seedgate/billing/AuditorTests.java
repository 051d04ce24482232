package dev.seedgate.billing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Discrepancies are planted where no call could make them. */
class AuditorTests {

    private static Gateway gateway;
    private static Auditor auditor;
    private static Duration ahead = Duration.ZERO;

    @BeforeAll
    static void start() {
        gateway =
                Gateway.start(
                        TestDatabase.create(),
                        FakeVendor.start(),
                        // It makes a step when the test says so.
                        "seedgate.auditor-interval=1h",
                        "seedgate.auditor-tasks=3",
                        "seedgate.auditor-teams=1");
        auditor = gateway.bean(Auditor.class);
    }

    @AfterAll
    static void stop() {
        gateway.close();
        gateway.vendor().close();
    }

    @Test
    void findsOnePlantedCreditAndForgetsItWhenItIsMended() {
        Team team = gateway.team("\"monthly_quota\":1000");
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
        JsonNode answer = gateway.admin("GET", "/auditor", null).json();
        assertThat(answer.get("drift").asInt()).isOne();
        assertThat(answer.get("findings").get(0).get("subject").stringValue()).isEqualTo(task);
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

    /** After one whole round from the beginning. */
    private static List<String> rulesBroken() {
        gateway.database().execute("update auditor set team_cursor = 0, task_cursor = ''");
        for (int i = 0; i < 100; i++) {
            ahead = ahead.plusHours(1);
            gateway.database().shiftTime(ahead);
            if (auditor.step()) {
                return auditor.report().findings().stream().map(Finding::rule).toList();
            }
        }
        throw new AssertionError("the round does not end");
    }
}
