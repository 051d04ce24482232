package dev.seedgate.billing.statement;

import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.billing.integrity.DailyRollup;
import dev.seedgate.billing.integrity.PlantedLedger;
import dev.seedgate.billing.integrity.PlantedLedger.Clip;
import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.TestDatabase;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The export for FinOps tools says what the usage report says, priced. */
class FocusTests {

    private static final String RANGE = "?from=2024-05-01&to=2024-07-01";

    private static Gateway gateway;
    private static Team team;
    private static Answer unpriced;

    @BeforeAll
    static void start() {
        gateway = Gateway.start(TestDatabase.create(), FakeVendor.start());
        gateway.team().create("free");
        unpriced = gateway.admin("GET", "/reports/focus", null);
        price("2024-05-01", "0.01");
        price("2024-06-01", "0.025");
        team = gateway.team();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        gateway.vendor().close();
    }

    @Test
    void addsUpToTheUsageReportAndPricesARefundLikeItsCharge() {
        new PlantedLedger(gateway.database())
                .add(clip("a", "2024-05-05T12:00:00Z", "2024-05-05T12:01:00Z", true))
                .add(clip("b", "2024-05-31T23:00:00Z", "2024-06-01T01:00:00Z", false))
                .add(clip("c", "2024-06-02T12:00:00Z", "2024-06-02T12:01:00Z", false))
                .add(clip("d", "2024-06-02T12:00:00Z", "2024-06-02T12:01:00Z", true))
                .write();
        for (boolean summed : new boolean[] {false, true}) {
            if (summed) {
                DailyRollup days = gateway.bean(DailyRollup.class);
                while (days.sumNext()) {
                    // The next one.
                }
            }
            JsonNode rows = focus("").json().get("rows");
            long net = 0;
            BigDecimal cost = BigDecimal.ZERO;
            for (JsonNode row : rows) {
                net += row.get("ConsumedQuantity").asLong();
                cost = cost.add(row.get("BilledCost").decimalValue());
            }
            JsonNode usage = gateway.admin("GET", "/reports/usage" + RANGE, null).json();
            assertThat(net).isEqualTo(usage.at("/total/net").asLong()).isEqualTo(130);
            // a at May's price, d at June's; b was charged in May and given back in June.
            assertThat(cost).isEqualByComparingTo("2.275");
            JsonNode refund = rows.get(2);
            assertThat(refund)
                    .has("ChargePeriodStart", "2024-06-01T00:00:00Z")
                    .has("ChargePeriodEnd", "2024-06-02T00:00:00Z")
                    .has("BillingPeriodStart", "2024-06-01T00:00:00Z");
            assertThat(refund.get("BilledCost").decimalValue()).isEqualByComparingTo("-0.65");
            assertThat(refund.get("ListUnitPrice").decimalValue()).isEqualByComparingTo("0.01");
            assertThat(refund)
                    .has("SubAccountId", team.slug())
                    .has("Tags", "{\"project\":\"film\"}")
                    .has("BillingCurrency", "EUR");
            Answer csv = focus("&format=csv");
            List<String> lines = csv.body().lines().toList();
            assertThat(lines).hasSize(rows.size() + 1);
            assertThat(lines.getFirst().split(","))
                    .containsExactlyElementsOf(rows.get(0).propertyNames());
            assertThat(lines.get(3)).startsWith("-0.65,");
        }
    }

    @Test
    void costsNothingInNoCurrencyWithoutAPrice() {
        JsonNode row = unpriced.json().at("/rows/0");
        assertThat(row).has("BillingCurrency", "XXX");
        assertThat(row.get("BilledCost").decimalValue()).isEqualByComparingTo("0");
        assertThat(row).has("ConsumedQuantity", 65);
    }

    private static Answer focus(String more) {
        return gateway.admin("GET", "/reports/focus" + RANGE + more, null);
    }

    private static void price(String from, String perCredit) {
        Answer set =
                gateway.admin(
                        "POST",
                        "/prices",
                        "{\"effective_from\":\"%s\",\"currency\":\"EUR\",\"per_credit\":\"%s\"}"
                                .formatted(from, perCredit));
        assertThat(set).hasStatus(201);
    }

    private static Clip clip(String id, String created, String end, boolean succeeded) {
        return new Clip(
                "sd15p_focus" + id + "aaaaaaaaaaaaaa",
                team.slug(),
                "film",
                null,
                "k",
                "5s",
                Instant.parse(created),
                Instant.parse(end),
                succeeded);
    }
}
