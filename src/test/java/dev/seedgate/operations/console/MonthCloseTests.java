package dev.seedgate.operations.console;

import static dev.seedgate.operations.console.ConsoleClient.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the console says stands in the way of closing a month, until nothing does. */
class MonthCloseTests {

    @Test
    void namesEverythingInTheWayUntilTheMonthIsClosed() {
        FakeVendor vendor = FakeVendor.start();
        try (vendor;
                Gateway gateway =
                        Gateway.start(
                                TestDatabase.create(),
                                vendor,
                                "seedgate.ledger-check-interval=1h")) {
            Team team = gateway.team();
            String dear = team.create("A kite");
            vendor.finishCharging(team.upstreamId(dear), 70, "https://cdn.seedance.example/1.mp4");
            team.await(dear, "SUCCEEDED");
            vendor.onGenerate(vendor.acceptAndReset());
            team.await(team.create("A kite"), "UNCERTAIN");
            team.upstreamId(team.create("A kite"));
            Instant now = Instant.now();
            YearMonth month = YearMonth.from(now.atZone(ZoneOffset.UTC));
            Instant end = month.plusMonths(1).atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant();
            String path = "/console/reports?month=" + month;
            String of = "?from=" + month + "-01&amp;to=" + month.plusMonths(1) + "-01";

            String page = ConsoleClient.admin(gateway).page(path);
            assertThat(text(page))
                    .contains(
                            "in the way The month still goes on.",
                            "in the way The ledger check has to go round once after the month’s end",
                            "look 1 UNCERTAIN or EXPIRED: resolve them first.",
                            "unsettled: their charge may still come back.",
                            "look Drift: the vendor took +5 credits beside what was charged.",
                            "look A day has no price: no amounts.")
                    .doesNotContain("Close this month");
            assertThat(page)
                    .contains(
                            "href=\"/console/tasks" + of + "&amp;phase=UNCERTAIN,EXPIRED\"",
                            "href=\"#reconciliation\"",
                            "href=\"/console/prices\"");

            gateway.database().shiftTime(Duration.between(now, end).plusMinutes(5));
            // A session does not live that long.
            assertThat(text(ConsoleClient.admin(gateway).page(path)))
                    .contains("in the way The month is over, and can be closed from ");

            gateway.database().shiftTime(Duration.between(now, end).plusMinutes(61));
            ConsoleClient admin = ConsoleClient.admin(gateway);
            gateway.database()
                    .execute(
                            "insert into finding (rule, subject, detail, round) values ('planted', 'task x', 'it is 5, not 6', 0)");
            assertThat(text(admin.page(path)))
                    .contains(
                            "good The month is over.",
                            "in the way The ledger check found what does not add up: 1.",
                            "in the way The ledger check has not been through all the books since the month ended",
                            "task x it is 5, not 6 planted")
                    .doesNotContain("Close this month");

            gateway.database().execute("delete from finding");
            gateway.database()
                    .execute(
                            "update auditor set new_until = gateway_now(), teams_completed_from = gateway_now(), teams_completed_at = gateway_now()");
            Answer open = admin.get(path);
            assertThat(text(open.body()))
                    .contains(
                            "good The ledger check has no findings.",
                            "good The ledger check has been round since the month ended.",
                            "Close this month");
            admin.submit(open, "/console/statements/" + month + "/close", Map.of());
            assertThat(text(admin.page(path)))
                    .contains("Closed by password:admin.")
                    .doesNotContain("Close this month");
        }
    }
}
