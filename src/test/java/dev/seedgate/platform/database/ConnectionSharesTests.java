package dev.seedgate.platform.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.seedgate.testing.TestDatabase;
import java.math.BigDecimal;
import java.sql.Connection;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/** Requests have two connections, each team one of them; whatever is done for none has another. */
class ConnectionSharesTests {

    // Not yet begun, as Spring Boot makes it.
    private final HikariDataSource pool = new HikariDataSource();
    private BoundedDataSource connections;

    @BeforeEach
    void connect() {
        pool.setDataSource(TestDatabase.createEmpty().dataSource());
        pool.setMaximumPoolSize(2);
        pool.setConnectionTimeout(250);
        connections =
                new BoundedDataSource(
                        pool,
                        new QueueSettings(
                                8,
                                new BigDecimal("0.5"),
                                1,
                                Duration.ofSeconds(5),
                                Duration.ofSeconds(1)));
    }

    @AfterEach
    void disconnect() {
        RequestContextHolder.resetRequestAttributes();
        connections.close();
        pool.close();
    }

    @Test
    void refusesATeamAloneWhatItHasNoShareFor() throws Exception {
        requestOf("loud");
        try (Connection _ = connections.getConnection()) {
            assertThatThrownBy(connections::getConnection)
                    .isInstanceOf(ShareExceededException.class);
            requestOf("quiet");
            assertThat(query()).isEqualTo(1);
        }
    }

    @Test
    void countsWhatSeveralTeamsRequestsWaitForAsNobodys() throws Exception {
        requestOf("loud");
        try (Connection _ = connections.getConnection()) {
            assertThat(ConnectionShares.callForRequests(null, this::query)).isEqualTo(1);
        }
    }

    @Test
    void countsWhatRequestsWaitForAsTheirsByAThreadOfNone() throws Exception {
        try (Connection _ = ConnectionShares.callForRequests("loud", this::open)) {
            assertThatThrownBy(() -> ConnectionShares.callForRequests("loud", this::query))
                    .hasCauseInstanceOf(ShareExceededException.class);
            try (Connection _ = ConnectionShares.callForRequests(null, this::open)) {
                assertThatThrownBy(() -> ConnectionShares.callForRequests(null, this::query))
                        .hasMessageContaining("JDBC Connection");
                assertThat(query()).as("for no request").isEqualTo(1);
            }
        }
    }

    private static void requestOf(String team) {
        ServletRequestAttributes request =
                new ServletRequestAttributes(new MockHttpServletRequest());
        request.setAttribute(ConnectionShares.TEAM, team, RequestAttributes.SCOPE_REQUEST);
        RequestContextHolder.setRequestAttributes(request);
    }

    private Connection open() {
        return DataSourceUtils.getConnection(connections);
    }

    private int query() {
        return JdbcClient.create(connections).sql("select 1").query(Integer.class).single();
    }
}
