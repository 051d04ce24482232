package dev.seedgate.billing;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.seedgate.database.Eviction;
import dev.seedgate.database.Shares;
import java.sql.SQLTransientConnectionException;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.CannotGetJdbcConnectionException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.RowCallbackHandler;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.support.SQLExceptionTranslator;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The database as reports read it: few connections of their own, with time for long statements. All
 * that one report reads is of one moment.
 */
@Component
class Books implements DisposableBean {

    // Rows fetched at once: enough that round trips don't count, little enough for any memory.
    private static final int FETCHED = 500;

    private final HikariDataSource pool;
    private final NamedParameterJdbcTemplate jdbc;
    private final TransactionTemplate snapshot;
    private final TransactionTemplate writing;
    private final Shares turns;

    Books(
            ReportSettings settings,
            SQLExceptionTranslator errors,
            @Value("${spring.datasource.url}") String url,
            @Value("${spring.datasource.username:}") String user,
            @Value("${spring.datasource.password:}") String password) {
        pool = new HikariDataSource(config(settings, url, user, password));
        JdbcTemplate template = new JdbcTemplate(pool);
        template.setFetchSize(FETCHED);
        template.setExceptionTranslator(errors);
        jdbc = new NamedParameterJdbcTemplate(template);
        turns =
                new Shares(
                        Math.max(1, settings.reportConnections() - 1),
                        settings.reportWaiting(),
                        1,
                        Math.max(1, settings.reportWaiting() / 2),
                        settings.reportWait().toMillis());
        DataSourceTransactionManager transactions = new DataSourceTransactionManager(pool);
        writing = new TransactionTemplate(transactions);
        snapshot = new TransactionTemplate(transactions);
        snapshot.setReadOnly(true);
        snapshot.setIsolationLevel(TransactionDefinition.ISOLATION_REPEATABLE_READ);
    }

    private static HikariConfig config(
            ReportSettings settings, String url, String user, String password) {
        HikariConfig config = new HikariConfig();
        config.setPoolName("reports");
        config.setJdbcUrl(url);
        if (!user.isEmpty()) {
            config.setUsername(user);
        }
        if (!password.isEmpty()) {
            config.setPassword(password);
        }
        config.setMaximumPoolSize(settings.reportConnections());
        config.setExceptionOverride(new Eviction());
        // Connections are made when a report is asked for, and go when none is for a while.
        config.setMinimumIdle(0);
        config.setIdleTimeout(60_000);
        config.setInitializationFailTimeout(-1);
        config.setConnectionTimeout(settings.reportWait().toMillis());
        config.addDataSourceProperty("connectTimeout", 2);
        // Above the statement time-out: it fires only when the server or the network hangs.
        config.addDataSourceProperty("socketTimeout", settings.reportTimeout().toSeconds() + 5);
        config.addDataSourceProperty("tcpKeepAlive", true);
        // A reader of CSV that stalls is given up after some time; the web server does so earlier.
        // Compiling a statement takes longer than it saves for a month's rows, and a report that
        // takes
        // one core leaves the others to the creates.
        config.setConnectionInitSql(
                "set jit = off; set max_parallel_workers_per_gather = 0; set statement_timeout = %d; set idle_in_transaction_session_timeout = '60s'; set work_mem = '%dkB'"
                        .formatted(
                                settings.reportTimeout().toMillis(),
                                settings.reportMemory().toKilobytes()));
        return config;
    }

    /**
     * Waits until a team's report may begin: one of a team at once, and always one connection less
     * than there are, which is the admins'.
     *
     * @return ends its turn
     */
    Runnable turn(long team) {
        try {
            return turns.take(team);
        } catch (SQLTransientConnectionException e) {
            throw new CannotGetJdbcConnectionException("too many reports of teams at once", e);
        }
    }

    <T> T read(Function<JdbcClient, T> report) {
        return in(snapshot, report);
    }

    /** For what takes longer than a statement of the application may. */
    <T> T write(Function<JdbcClient, T> change) {
        return in(writing, change);
    }

    /** Rows that are asked for here come one by one, in constant memory. */
    void look(Consumer<JdbcClient> report) {
        snapshot.executeWithoutResult(_ -> report.accept(JdbcClient.create(jdbc)));
    }

    private <T> T in(TransactionTemplate transaction, Function<JdbcClient, T> work) {
        T result = transaction.execute(_ -> work.apply(JdbcClient.create(jdbc)));
        if (result == null) {
            throw new IllegalStateException("a report answers something");
        }
        return result;
    }

    /** Hands over row by row, in constant memory. */
    void stream(String sql, Map<String, ?> parameters, RowCallbackHandler row) {
        snapshot.executeWithoutResult(_ -> jdbc.query(sql, parameters, row));
    }

    @Override
    public void destroy() {
        pool.close();
    }
}
