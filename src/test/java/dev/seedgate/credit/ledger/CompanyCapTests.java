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
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** What the company spends at most in a day and in a month, all teams together. */
class CompanyCapTests {

    @ParameterizedTest
    @CsvSource({"pool-daily-cap,today,this day", "pool-monthly-cap,this_month,this month"})
    void refusesCreatesOfAllTeamsOnceACapIsReached(String setting, String shown, String words) {
        try (FakeVendor vendor = FakeVendor.start();
                Gateway gateway =
                        Gateway.start(
                                TestDatabase.create(),
                                vendor,
                                "seedgate." + setting + "=130",
                                "seedgate.vendor-balance-interval=100ms")) {
            // What waits to be sent counts as well as what the vendor took.
            gateway.admin("POST", "/upstream/pause", null);
            Team team = gateway.team();
            team.create("one");
            assertThat(
                            gateway.admin("GET", "/vendor-balance", null)
                                    .json()
                                    .at("/" + shown + "/spent")
                                    .asLong())
                    .isEqualTo(65);
            team.create("two");
            Team other = gateway.team();
            await().until(() -> other.generate("three").status() == 503);
            Answer refused = other.generate("three");
            assertThat(refused).hasError(UPSTREAM_UNAVAILABLE).hasHeader("Retry-After", "60");
            JsonNode spending = gateway.admin("GET", "/vendor-balance", null).json().get(shown);
            assertThat(spending).has("reached", true).has("cap", 130);
            assertThat(refused.json().get("message").asString())
                    .contains("130 credits for " + words, "nothing was charged")
                    .contains(spending.get("until").asString());
            assertThat(Instant.parse(spending.get("until").asString())).isAfter(Instant.EPOCH);
            assertThat(other.get("/api/credits").data())
                    .has("in_flight", other.get("/api/tasks").data().get("items").size());
            assertThat(
                            gateway.call(
                                            "POST",
                                            "/api/quote",
                                            other.key(),
                                            Json.of(
                                                    "prompt",
                                                    "p",
                                                    "aspect_ratio",
                                                    "1:1",
                                                    "duration",
                                                    "5"))
                                    .data())
                    .has("error", "UPSTREAM_UNAVAILABLE");
            Invariants.check(gateway.database());
        }
    }
}
