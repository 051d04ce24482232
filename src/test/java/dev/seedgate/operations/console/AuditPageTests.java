package dev.seedgate.operations.console;

import static dev.seedgate.operations.console.ConsoleClient.text;
import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Json;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The console's page of the audit log. */
class AuditPageTests {

    private static final String PATH = "/console/audit";

    private static final Gateway gateway = Gateway.shared();
    private static final ConsoleClient viewer = ConsoleClient.of(gateway, "viewer");

    @Test
    void showsWhatWasAndWhatIsWithItsRequest() {
        Team team = gateway.team("monthly_quota", 1000);
        Answer changed =
                gateway.admin("PATCH", "/teams/" + team.slug(), Json.of("monthly_quota", 65));
        assertThat(changed).hasStatus(200);
        String page = viewer.page(PATH + "?object=team:" + team.slug() + "&action=team.change");
        assertThat(text(page)).contains("monthlyQuota 1000 → 65");
        assertThat(page)
                .contains(String.valueOf(changed.header("X-Request-Id")))
                .doesNotContain("team.create");
        // Of what was made there is nothing before.
        assertThat(text(viewer.page(PATH + "?object=team:" + team.slug())))
                .contains("What it is", "team.create");
    }

    @Test
    void goesOnWithTheSameFilterAndTheSameNumberOfStatements() {
        Team team = gateway.team();
        String path = PATH + "?object=team:" + team.slug();
        try (StatementCount statements = new StatementCount()) {
            Answer few = viewer.get(path);
            for (int i = 0; i < 26; i++) {
                assertThat(gateway.admin("POST", "/teams/" + team.slug() + "/suspend", null))
                        .hasStatus(200);
                assertThat(gateway.admin("POST", "/teams/" + team.slug() + "/resume", null))
                        .hasStatus(200);
            }
            Answer many = viewer.get(path);
            assertThat(statements.of(many)).isEqualTo(statements.of(few)).isBetween(1, 4);
            Matcher older = Pattern.compile("href=\"([^\"]+)\" rel=\"next\"").matcher(many.body());
            assertThat(older.find()).isTrue();
            assertThat(viewer.page(older.group(1).replace("&amp;", "&")))
                    .contains("team.create", "team:" + team.slug(), "← Newest");
        }
    }

    @Test
    void saysWhichFilterMeansNothing() {
        Answer wrong = viewer.get(PATH + "?from=yesterday&actor=someone");
        assertThat(wrong).hasStatus(400);
        assertThat(wrong.body())
                .contains("role=\"alert\"", "value=\"yesterday\"", "value=\"someone\"");
        assertThat(viewer.page(PATH + "?object=none")).contains("No entry fits this filter");
    }
}
