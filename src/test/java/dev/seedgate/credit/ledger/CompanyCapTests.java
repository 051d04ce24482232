package dev.seedgate.credit.ledger;

import static dev.seedgate.platform.values.ErrorCode.UPSTREAM_UNAVAILABLE;
import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Invariants;
import dev.seedgate.testing.Json;
import dev.seedgate.testing.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What the company spends at most in a day and in a month, all teams together. */
class CompanyCapTests {

    @Test
    void refusesCreatesOfAllTeamsOnceACapIsReached() {
        TestDatabase database = TestDatabase.create();
        // On a day whose next is of the same month.
        Instant now = Instant.now();
        Duration ahead =
                Duration.between(
                        now,
                        YearMonth.from(now.atZone(ZoneOffset.UTC))
                                .plusMonths(1)
                                .atDay(10)
                                .atTime(12, 0)
                                .toInstant(ZoneOffset.UTC));
        database.shiftTime(ahead);
        try (FakeVendor vendor = FakeVendor.start();
                Gateway gateway =
                        Gateway.start(
                                database,
                                vendor,
                                "seedgate.pool-daily-cap=130",
                                "seedgate.pool-monthly-cap=195",
                                "seedgate.vendor-balance-interval=100ms")) {
            // What waits to be sent counts as well as what the vendor took.
            gateway.admin("POST", "/upstream/pause", null);
            Team team = gateway.team();
            String one = team.create("one");
            assertThat(gateway.admin("GET", "/vendor-balance", null).json())
                    .has("/today/spent", 65)
                    .has("/this_month/spent", 65);
            String two = team.create("two");
            refuses(gateway, 130, "today", "this day");

            gateway.admin("POST", "/upstream/resume", null);
            for (String task : List.of(one, two)) {
                vendor.finish(team.upstreamId(task), "https://cdn.example.com/clip.mp4");
                team.await(task, "SUCCEEDED");
            }
            database.shiftTime(ahead.plusDays(1));
            gateway.admin("POST", "/upstream/pause", null);
            await().until(() -> team.generate("three").status() == 200);
            assertThat(gateway.admin("GET", "/vendor-balance", null).json())
                    .has("/today/spent", 65)
                    .has("/this_month/spent", 195);
            refuses(gateway, 195, "this_month", "this month");
            Invariants.check(database);
        }
    }

    private static void refuses(Gateway gateway, long cap, String shown, String words) {
        Team other = gateway.team();
        // It looks every 100 ms; a quote asks without spending more meanwhile.
        await().until(() -> !quote(other).get("error").isNull());
        assertThat(quote(other)).has("error", "UPSTREAM_UNAVAILABLE");
        Answer refused = other.generate("one more");
        assertThat(refused).hasError(UPSTREAM_UNAVAILABLE).hasHeader("Retry-After", "60");
        JsonNode spending = gateway.admin("GET", "/vendor-balance", null).json().get(shown);
        assertThat(spending).has("reached", true).has("cap", cap);
        assertThat(refused.json().get("message").asString())
                .contains(cap + " credits for " + words, "nothing was charged")
                .contains(spending.get("until").asString());
        assertThat(Instant.parse(spending.get("until").asString())).isAfter(Instant.EPOCH);
        assertThat(other.get("/api/credits").data())
                .has("in_flight", other.get("/api/tasks").data().get("items").size());
    }

    private static JsonNode quote(Team team) {
        String order = Json.of("prompt", "p", "aspect_ratio", "1:1", "duration", "5");
        return team.gateway().call("POST", "/api/quote", team.key(), order).data();
    }
}
