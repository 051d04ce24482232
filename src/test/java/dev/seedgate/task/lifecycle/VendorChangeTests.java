package dev.seedgate.task.lifecycle;

import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seedgate.platform.values.StartupException;
import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Invariants;
import dev.seedgate.testing.TestDatabase;
import dev.seedgate.vendor.client.Vendor;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** From the sandbox to a real vendor, on the same database. */
class VendorChangeTests {

    @Test
    void endsWhatWouldNeverEndAtTheSandboxWhenToldTo() {
        TestDatabase database = TestDatabase.create();
        try (FakeVendor vendor = FakeVendor.start()) {
            String slug;
            String key;
            String stuck;
            String done;
            try (Gateway gateway =
                    Gateway.start(
                            database,
                            vendor,
                            "seedgate.upstream-api-key=",
                            "seedgate.upstream-base-url=",
                            "seedgate.sandbox-render-time=100ms")) {
                Team team = gateway.team("monthly_quota", 1000);
                slug = team.slug();
                key = team.key();
                done = team.create("a boat");
                stuck = team.create("a boat [sandbox:stuck]");
                team.await(done, "SUCCEEDED");
                team.await(stuck, "RENDERING");
                // What a start with the real vendor would say.
                VendorChangeCheck untold =
                        new VendorChangeCheck(
                                gateway.bean(JdbcClient.class),
                                Gateway.shared().bean(Vendor.class),
                                gateway.bean(TaskExpiry.class),
                                gateway.bean(GenerationSettings.class));
                assertThatThrownBy(untold::afterPropertiesSet)
                        .isInstanceOf(StartupException.class)
                        .hasMessageContaining("1 sandbox tasks are open")
                        .hasMessageContaining("SEEDGATE_CANCEL_SANDBOX_TASKS=true");
            }
            try (Gateway gateway =
                    Gateway.start(database, vendor, "seedgate.cancel-sandbox-tasks=true")) {
                Team team = new Team(gateway, slug, key);
                assertThat(team.status(stuck)).isFailed();
                assertThat(team.status(done)).isSucceeded();
                assertThat(team).hasUsed(65).hasInFlight(0);
                Invariants.check(database);
            }
        }
    }
}
