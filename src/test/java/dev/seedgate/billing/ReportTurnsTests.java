package dev.seedgate.billing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.TestDatabase;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who waits for whose reports. */
class ReportTurnsTests {

    @ParameterizedTest
    @ValueSource(strings = {"/api/usage", "/api/usage?format=csv"})
    void aTeamsReportsHoldUpNobodyElse(String path) {
        try (FakeVendor vendor = FakeVendor.start();
                Gateway gateway =
                        Gateway.start(
                                TestDatabase.create(), vendor, "seedgate.report-wait=250ms")) {
            Team team = gateway.team();
            Runnable turn = gateway.bean(Books.class).turn(id(gateway, team));
            Answer refused = team.get(path);
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.error()).isEqualTo("OVERLOADED");
            assertThat(refused.header("Retry-After")).isNotNull();
            Team other = gateway.team();
            assertThat(other.get(path).status()).isEqualTo(200);
            Runnable second = gateway.bean(Books.class).turn(id(gateway, other));
            assertThat(gateway.team().get(path).status()).isEqualTo(503);
            assertThat(gateway.admin("GET", "/reports/usage?format=csv", null).status())
                    .isEqualTo(200);
            second.run();
            turn.run();
            assertThat(team.get(path).status()).isEqualTo(200);
        }
    }

    private static long id(Gateway gateway, Team team) {
        return Long.parseLong(
                gateway.database()
                        .text("select id::text from team where slug = '" + team.slug() + "'"));
    }
}
