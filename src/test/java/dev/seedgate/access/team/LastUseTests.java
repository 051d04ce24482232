package dev.seedgate.access.team;

import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Team;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class LastUseTests {

    private static final Gateway gateway = Gateway.shared();

    @Test
    void tellsWhenAKeyWasUsedLast() {
        Team team = gateway.team();
        TeamAuthenticator authenticator = gateway.bean(TeamAuthenticator.class);
        authenticator.writeLastUse();
        assertThat(lastUse(team).isNull()).isTrue();
        assertThat(team.get("/api/credits")).hasStatus(200);
        authenticator.writeLastUse();
        assertThat(lastUse(team).isNull()).isFalse();
    }

    private static JsonNode lastUse(Team team) {
        return gateway.admin("GET", "/teams/" + team.slug() + "/keys", null)
                .json()
                .get("items")
                .get(0)
                .get("last_used_at");
    }
}
