package dev.seedgate.database;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * Refuses at once when too many wait for a connection already: under overload a fast refusal lets
 * those who wait get their turn, where a long queue would time everybody out.
 */
class BoundedDataSource extends DelegatingDataSource {

    private final HikariDataSource pool;
    private final int maxWaiting;

    BoundedDataSource(HikariDataSource pool, int maxWaiting) {
        super(pool);
        this.pool = pool;
        this.maxWaiting = maxWaiting;
    }

    @Override
    public Connection getConnection() throws SQLException {
        // Null until the first connection is asked for.
        HikariPoolMXBean state = pool.getHikariPoolMXBean();
        if (state != null && state.getThreadsAwaitingConnection() >= maxWaiting) {
            throw new SQLTransientConnectionException(
                    maxWaiting + " threads wait for a database connection already");
        }
        return super.getConnection();
    }
}
