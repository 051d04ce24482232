package dev.seedgate.database;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.concurrent.atomic.LongAdder;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * Refuses at once when too many wait for a connection already: under overload a fast refusal lets
 * those who wait get their turn, where a long queue would time everybody out.
 */
class BoundedDataSource extends DelegatingDataSource {

    private final HikariDataSource pool;
    private final int maxWaiting;
    private final LongAdder refused = new LongAdder();

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
            refused.increment();
            throw new SQLTransientConnectionException(
                    maxWaiting + " threads wait for a database connection already");
        }
        return super.getConnection();
    }

    /** Threads that wait for a connection now. */
    int waiting() {
        HikariPoolMXBean state = pool.getHikariPoolMXBean();
        return state == null ? 0 : state.getThreadsAwaitingConnection();
    }

    /** How many were told at once that too many wait. */
    long refused() {
        return refused.sum();
    }
}
