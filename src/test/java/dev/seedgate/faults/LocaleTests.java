package dev.seedgate.faults;

import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Task;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Json;
import dev.seedgate.testing.TestDatabase;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A gateway on a machine of whatever country says the same, digit for digit. */
@Tag("faults")
class LocaleTests {

    private static final String URL = "https://cdn.example/1.mp4";

    @ParameterizedTest
    @ValueSource(strings = {"ar-EG", "fa-IR", "tr-TR", "de-DE"})
    void doesItsMainJobInEveryCountry(String country) {
        String[] parts = country.split("-", -1);
        TestDatabase database = TestDatabase.create();
        try (FakeVendor vendor = FakeVendor.start();
                GatewayProcess process =
                        GatewayProcess.start(
                                "locale-" + country,
                                database,
                                vendor,
                                "-Duser.language=" + parts[0],
                                "-Duser.country=" + parts[1],
                                "-Duser.variant=",
                                "-Duser.extensions="
                                        + (parts[0].equals("ar") ? "u-nu-arab" : ""))) {
            Gateway gateway = process.gateway();
            Team team = gateway.team("monthly_quota", 65);
            Answer created = team.generate("a boat in \u0130stanbul");
            assertThat(created).hasStatus(200).hasHeader("X-Credits-Charged", "65");
            String task = created.data().get("task_id").stringValue();
            team.await(task, "RENDERING");
            vendor.finish(team.upstreamId(task), URL);
            Task status = team.await(task, "SUCCEEDED");
            assertThat(status.get("response").get(0).stringValue()).isEqualTo(URL);
            assertThat(status.get("created_at").stringValue())
                    .matches("20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z");
            Answer refused = team.generate("one more");
            assertThat(refused).hasStatus(402);
            assertThat(refused.body()).contains("needs 65").matches("\\p{ASCII}*");
            Answer malformed =
                    gateway.admin(
                            "POST", "/teams", Json.of("slug", "", "name", "", "monthly_quota", -1));
            assertThat(malformed).hasStatus(400);
            assertThat(malformed.body()).contains("must not be blank").matches("\\p{ASCII}*");
            for (String report :
                    new String[] {
                        "/reports/usage?group_by=team,month,day&format=csv",
                        "/reports/usage?group_by=team,month",
                        "/reports/statements/2026-01",
                        "/vendor-balance",
                        "/upstream",
                        "/ledger-check"
                    }) {
                Answer answer = gateway.admin("GET", report, null);
                assertThat(answer.status()).as(report).isEqualTo(200);
                assertThat(answer.body()).as(report).matches("(?s)\\p{ASCII}*");
            }
            Answer broken = gateway.call("GET", "/api/status?task_id=1", team.key(), null);
            assertThat(broken.body()).contains("\"code\":400").matches("\\p{ASCII}*");
            assertThat(gateway.raw("GET /\0 HTTP/1.1\r\nHost: g\r\n\r\n")).contains("\"code\":400");
        }
    }
}
