package dev.seedgate.database;

import java.time.Duration;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Whether the database takes writes. One that only answers, like a standby after a fail-over or one
 * that was made read-only because its disk is full, is of no use to a gateway.
 */
class DatabaseHealth extends AbstractHealthIndicator {

    /** Longer than between two looks of a platform, so that at least one of them sees it. */
    private static final Duration REMEMBERED = Duration.ofSeconds(5);

    /** Changes no row, so it writes nothing; but it is refused where writing would be. */
    private static final String PROBE = "update account set in_flight = in_flight where false";

    private final JdbcClient jdbc;
    private final Eviction eviction;

    DatabaseHealth(BoundedDataSource dataSource) {
        super("The database takes no writes");
        // A flood of requests must not make the gateway look as if it had no database.
        jdbc = JdbcClient.create(dataSource.reserved());
        eviction = dataSource.eviction();
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        jdbc.sql(PROBE).update();
        // A full disk refuses rows, but not this probe.
        builder.status(eviction.sawSickness(REMEMBERED) ? "DOWN" : "UP");
    }
}
