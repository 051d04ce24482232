package dev.seedgate.platform.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * Data source of all of the gateway: requests have connections that they share, see {@link
 * ConnectionShares}; whatever is done for no request has others, which no number of requests can
 * take.
 */
class BoundedDataSource extends DelegatingDataSource implements AutoCloseable {

    private final HikariDataSource pool;
    private final HikariDataSource reserved;
    private final ConnectionShares shares;
    private final ReadOnlyConnectionEviction eviction = new ReadOnlyConnectionEviction();

    BoundedDataSource(HikariDataSource pool, QueueSettings settings) {
        super(pool);
        this.pool = pool;
        // Before it is asked for a connection; then it is sealed.
        pool.setExceptionOverride(eviction);
        HikariConfig other = new HikariConfig();
        pool.copyStateTo(other);
        other.setPoolName("reserved");
        other.setMaximumPoolSize(settings.databaseReserved());
        other.setMinimumIdle(settings.databaseReserved());
        other.setConnectionTimeout(settings.databaseReservedWait().toMillis());
        reserved = reserve(other);
        shares =
                new ConnectionShares(
                        pool.getMaximumPoolSize(), settings, pool.getConnectionTimeout());
    }

    @Override
    public Connection getConnection() throws SQLException {
        if (!ConnectionShares.isForRequests()) {
            return reserved.getConnection();
        }
        Runnable giveBack = shares.take();
        boolean given = false;
        try {
            Connection connection = onClose(giveBack, pool.getConnection());
            given = true;
            return connection;
        } finally {
            if (!given) {
                giveBack.run();
            }
        }
    }

    /** Pool that no request for a team can use up, for health checks too. */
    HikariDataSource reserved() {
        return reserved;
    }

    ConnectionShares shares() {
        return shares;
    }

    ReadOnlyConnectionEviction eviction() {
        return eviction;
    }

    @Override
    public void close() {
        reserved.close();
    }

    /** Not at once: it connects when it is asked for the first time, as the other does. */
    private static HikariDataSource reserve(HikariConfig config) {
        HikariDataSource pool = new HikariDataSource();
        config.copyStateTo(pool);
        return pool;
    }

    // A connection is equal to itself alone, as behind any other proxy.
    @SuppressWarnings("ReferenceEquality")
    private static Connection onClose(Runnable giveBack, Connection connection) {
        AtomicBoolean closed = new AtomicBoolean();
        return (Connection)
                Proxy.newProxyInstance(
                        BoundedDataSource.class.getClassLoader(),
                        new Class<?>[] {Connection.class},
                        (proxy, method, arguments) -> {
                            if (method.getName().equals("equals")) {
                                return proxy == arguments[0];
                            }
                            try {
                                return method.invoke(connection, arguments);
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            } finally {
                                // After it is back in the pool, where the next one finds it.
                                if (method.getName().equals("close")
                                        && closed.compareAndSet(false, true)) {
                                    giveBack.run();
                                }
                            }
                        });
    }
}
