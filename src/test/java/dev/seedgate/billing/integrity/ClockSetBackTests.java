package dev.seedgate.billing.integrity;

import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Json;
import dev.seedgate.testing.TestDatabase;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The database's clock is set back behind what is summed already. */
class ClockSetBackTests {

    private static final String CLIP = "https://cdn.example.com/clip.mp4";

    @Test
    void countsWhatMovesAfterwards() {
        TestDatabase database = TestDatabase.create();
        try (FakeVendor vendor = FakeVendor.start();
                Gateway gateway =
                        Gateway.start(database, vendor, "seedgate.ledger-check-interval=1h")) {
            Team team = gateway.team("monthly_quota", 10000);
            String summed = "date_trunc('day', gateway_now(), 'UTC')";
            String behind =
                    database.text(
                            "select ceil(extract(epoch from gateway_now() - %s))::bigint"
                                    .formatted(summed));
            database.execute("update ledger_days set until = " + summed);
            // To half an hour before the day that is summed ends.
            database.shiftTime(Duration.ofSeconds(-Long.parseLong(behind)).minusMinutes(30));
            gateway.admin(
                    "POST",
                    "/teams/" + team.slug() + "/topups",
                    Json.of("credits", 50),
                    "Idempotency-Key",
                    "set-back");
            String task = team.create("a boat");
            vendor.finish(team.upstreamId(task), CLIP);
            team.await(task, "SUCCEEDED");
            assertThat(
                            database.rows(
                                    "select e.kind from ledger_entry e cross join ledger_days l where e.at >= l.until order by e.id"))
                    .containsExactly("grant", "reserve", "settle");
            String days =
                    database.text(
                            "select 'from=' || (gateway_now()::date - 2) || '&to=' || (gateway_now()::date + 3)");
            JsonNode total =
                    gateway.admin("GET", "/reports/usage?" + days, null).json().get("total");
            assertThat(total).has("charged", 65).has("succeeded", 1);
            assertThat(gateway.admin("GET", "/vendor-balance", null).json())
                    .as("of what has no mark to fall behind")
                    .has("taken", 65);
        }
    }
}
