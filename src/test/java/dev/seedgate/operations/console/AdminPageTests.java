package dev.seedgate.operations.console;

import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The console's page of admins, and who may do what there and with prices. */
class AdminPageTests {

    private static final String ADMINS = "/console/admins";
    private static final String PRICES = "/console/prices";

    private static final Gateway gateway = Gateway.shared();
    private static final ConsoleClient admin = ConsoleClient.admin(gateway);

    @Test
    void showsANewKeyOnceAndRevokesIt() {
        Answer page = admin.get(ADMINS);
        String key =
                key(
                        admin.submit(
                                page,
                                ADMINS,
                                Map.of(
                                        "name",
                                        "deploy",
                                        "role",
                                        "operator",
                                        "expires_at",
                                        "2999-01-31")));
        assertThat(gateway.call("GET", "/admin/api/teams", key, null)).hasStatus(200);
        assertThat(gateway.call("POST", "/admin/api/teams", key, "{}")).hasStatus(403);
        assertThat(admin.page(ADMINS)).contains("deploy", "2999-01-31").doesNotContain(key);
        String id = gateway.database().text("select id from admin_key where name = 'deploy'");
        String next =
                key(
                        admin.submit(
                                page,
                                ADMINS + "/keys/" + id + "/rotate",
                                Map.of("overlap", "PT1H", "version", "0")));
        assertThat(gateway.call("GET", "/admin/api/teams", next, null)).hasStatus(200);
        Answer stale =
                admin.submit(page, ADMINS + "/keys/" + id + "/revoke", Map.of("version", "0"));
        assertThat(stale).hasStatus(412);
        assertThat(
                        admin.submit(
                                        page,
                                        ADMINS + "/keys/" + id + "/revoke",
                                        Map.of("version", "1"))
                                .header("Location"))
                .isEqualTo(ADMINS + "?done=revoked");
        assertThat(
                        gateway.database()
                                .text(
                                        "select revoked_at is not null from admin_key where id = "
                                                + id))
                .isEqualTo("t");
    }

    @Test
    void keepsWhatWasTypedWhenRefused() {
        Answer refused =
                admin.submit(
                        admin.get(ADMINS),
                        ADMINS,
                        Map.of("name", "nightly", "role", "viewer", "expires_at", "tomorrow"));
        assertThat(refused).hasStatus(400);
        assertThat(refused.body())
                .contains("role=\"alert\"", "value=\"nightly\"", "value=\"tomorrow\"");
    }

    @Test
    void offersAnOperatorNoActs() {
        ConsoleClient operator = ConsoleClient.of(gateway, "operator");
        for (String path : new String[] {ADMINS, PRICES}) {
            Answer page = operator.get(path);
            assertThat(page.body()).doesNotContain("Make an admin key", "Revoke", "Set a price");
            assertThat(operator.submit(page, path, Map.of("name", "x", "role", "admin")))
                    .hasStatus(403);
        }
    }

    private static String key(Answer shown) {
        assertThat(shown).hasStatus(200);
        Matcher key = Pattern.compile("<pre tabindex=\"0\">([^<]+)</pre>").matcher(shown.body());
        assertThat(key.find()).as(shown.body()).isTrue();
        return key.group(1);
    }
}
