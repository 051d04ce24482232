package dev.seedgate.platform.database;

import dev.seedgate.platform.values.Snapshot;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Health of the database: whether it takes writes. One that only answers, like a standby after a
 * fail-over or one that was made read-only because its disk is full, is of no use to a gateway.
 * Everybody may ask, and the connections for it are those of the calls to the vendor: so it is
 * looked once a moment, however many ask.
 */
class DatabaseHealth implements HealthIndicator {

    /** Longer than between two looks of a platform, so that at least one of them sees it. */
    private static final Duration REMEMBERED = Duration.ofSeconds(5);

    /** Changes no row, so it writes nothing; but it is refused where writing would be. */
    private static final String PROBE =
            "insert into installation select * from installation where false";

    private static final Logger log = LoggerFactory.getLogger(DatabaseHealth.class);

    private final JdbcClient jdbc;
    private final ReadOnlyConnectionEviction eviction;
    private final Snapshot<Health> seen;

    DatabaseHealth(BoundedDataSource dataSource, QueueSettings settings) {
        // A flood of requests must not make the gateway look as if it had no database.
        jdbc = JdbcClient.create(dataSource.reserved());
        eviction = dataSource.eviction();
        seen = new Snapshot<>(settings.databaseHealthMaxAge(), this::look);
    }

    @Override
    public Health health() {
        return seen.get();
    }

    private Health look() {
        try {
            jdbc.sql(PROBE).update();
            // A full disk refuses rows, but not this probe.
            return eviction.sawSickness(REMEMBERED) ? Health.down().build() : Health.up().build();
        } catch (DataAccessException e) {
            log.warn("The database takes no writes", e);
            return Health.down(e).build();
        }
    }
}
