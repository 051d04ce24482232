package dev.seedgate.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.PGConnection;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * A connection whose statements PostgreSQL plans at their first call, for whatever parameters, and
 * then keeps planned until the statistics change: what a gateway's connections come to with the
 * sixth call. It counts the rows that are read.
 */
public final class PlannedConnection implements AutoCloseable {

    private final SingleConnectionDataSource connection;
    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;

    public PlannedConnection(TestDatabase database) {
        try {
            Connection one = database.dataSource().getConnection();
            one.unwrap(PGConnection.class).setPrepareThreshold(1);
            connection = new SingleConnectionDataSource(one, true);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        jdbc = JdbcClient.create(connection);
        jdbc.sql(settingsOfConnections()).update();
        jdbc.sql("set plan_cache_mode = force_generic_plan").update();
        transaction = new TransactionTemplate(new JdbcTransactionManager(connection));
    }

    public JdbcClient jdbc() {
        return jdbc;
    }

    /** The rows that a step reads, whatever the way to them; a transaction of its own. */
    public long rowsRead(Runnable step) {
        return transaction.execute(_ -> {
            long before = rowsRead();
            step.run();
            return rowsRead() - before;
        });
    }

    private long rowsRead() {
        return jdbc.sql(
                        """
                        select coalesce(sum(seq_tup_read), 0) + coalesce(sum(idx_tup_fetch), 0)
                        from pg_stat_xact_user_tables
                        """)
                .query(Long.class)
                .single();
    }

    /** The gateway's own. */
    private static String settingsOfConnections() {
        try {
            return String.valueOf(
                    new YamlPropertySourceLoader()
                            .load("application", new ClassPathResource("application.yaml"))
                            .getFirst()
                            .getProperty("spring.datasource.hikari.connection-init-sql"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        connection.destroy();
    }
}
