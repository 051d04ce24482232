package dev.seedgate.platform.reporting;

import static dev.seedgate.platform.values.ErrorCode.OVERLOADED;
import static dev.seedgate.platform.values.ErrorCode.TEAM_RATE_LIMITED;
import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.billing.integrity.DailyRollup;
import dev.seedgate.billing.integrity.LedgerVerifier;
import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.TestDatabase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Clients that ask for a report and hardly read it. */
class SlowReaderTests {

    private static final String ALL = "/admin/api/reports/usage";
    private static final String WISH = "?from=2020-01-01&to=2020-02-01";
    private static final String LARGE = WISH + "&group_by=key&format=csv";

    private static Gateway gateway;
    private static Team team;

    @BeforeAll
    static void start() {
        gateway =
                Gateway.start(
                        TestDatabase.create(),
                        FakeVendor.start(),
                        "seedgate.ledger-check-interval=1h",
                        "seedgate.report-connections=2",
                        "seedgate.report-wait=1s",
                        "seedgate.report-stall=10s");
        team = gateway.team();
        // 20 MB of CSV: no buffer on its way holds that.
        gateway.database()
                .execute(
                        """
                        insert into ledger_entry (at, kind, team_id, debit, credit, credits, period, from_quota,
                            from_top_ups, task_id, actor, team_slug, key_id, key_name, preset, upstream)
                        select '2020-01-05', 'reserve', t.id, 'team', 'held', 65, '2020-01-01', 65, 0, 't' || n,
                            'test', t.slug, n, repeat('k', 900) || n, '5s', 'seedance'
                        from team t, generate_series(1, 20000) n where t.slug = '%s'
                        """
                                .formatted(team.slug()));
    }

    @AfterAll
    static void stop() {
        gateway.close();
        gateway.vendor().close();
    }

    @Test
    void keepNeitherTheBooksNorOthersFromTheirsAndAreCutOff() throws Exception {
        Team other = gateway.team();
        try (Socket admin = stalled(ALL + LARGE, Gateway.ADMIN_KEY);
                Socket client = stalled("/api/usage" + LARGE, team.key())) {
            Awaitility.await().until(() -> reading() == 2);
            Answer second = team.get("/api/usage" + WISH);
            assertThat(second)
                    .hasStatus(429)
                    .hasError(TEAM_RATE_LIMITED)
                    .says("Your team")
                    .hasHeader("Retry-After", "2");
            Answer ofAll = gateway.call("GET", ALL + WISH, Gateway.ADMIN_KEY, null);
            assertThat(ofAll).hasStatus(503).hasError(OVERLOADED).hasHeader("Retry-After", "2");
            assertThat(other.get("/api/usage" + WISH)).hasError(OVERLOADED);
            // With every connection of the reports taken, the books go on.
            assertThat(reading()).isEqualTo(2);
            assertThat(gateway.bean(DailyRollup.class).sumNext()).isTrue();
            assertThat(gateway.bean(LedgerVerifier.class).step()).isFalse();
            assertThat(reading()).isEqualTo(2);
            Awaitility.await().until(() -> reading() == 0);
            assertThat(other.get("/api/usage" + WISH)).hasStatus(200);
            assertThat(team.get("/api/usage" + WISH)).hasStatus(200);
            assertThat(gateway.call("GET", ALL + WISH, Gateway.ADMIN_KEY, null)).hasStatus(200);
            assertThat(client.isConnected() && admin.isConnected()).isTrue();
        }
        String whole = gateway.call("GET", ALL + LARGE, Gateway.ADMIN_KEY, null).body();
        assertThat(whole.lines()).hasSize(20_001);
    }

    /** Reports that are under way in the database. */
    private static int reading() {
        return Integer.parseInt(
                gateway.database()
                        .text(
                                "select count(*) from pg_stat_activity where datname = current_database() and state = 'idle in transaction' and query ilike '%usage_movement%'"));
    }

    private static Socket stalled(String path, String key) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), gateway.port()));
        socket.getOutputStream()
                .write(
                        "GET %s HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer %s\r\n\r\n"
                                .formatted(path, key)
                                .getBytes(StandardCharsets.US_ASCII));
        byte[] status = socket.getInputStream().readNBytes(12);
        assertThat(new String(status, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 200");
        return socket;
    }
}
