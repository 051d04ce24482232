package dev.seedgate.platform.reporting;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.seedgate.platform.database.ReadOnlyConnectionEviction;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.support.SQLExceptionTranslator;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Connections for long statements, apart from those of the API. Reports have a few, and all that
 * one report reads is of one moment (a repeatable-read snapshot); the rollup of the ledger and its
 * verifier have one that no report takes.
 */
@Component
public class ReportingDatabase implements DisposableBean {

    // Rows fetched in a round trip: enough that round trips don't count, few enough for memory.
    private static final int FETCHED = 500;

    private final ReportSettings settings;
    private final ReportLimiter limiter;
    private final HikariDataSource reports;
    private final HikariDataSource own;
    private final JdbcClient read;
    private final JdbcClient write;
    private final TransactionTemplate snapshot;
    private final TransactionTemplate writing;

    ReportingDatabase(
            ReportSettings settings,
            SQLExceptionTranslator errors,
            @Value("${spring.datasource.url}") String url,
            @Value("${spring.datasource.username:}") String user,
            @Value("${spring.datasource.password:}") String password) {
        this.settings = settings;
        limiter = new ReportLimiter(settings.reportConnections(), settings.reportWait());
        reports = pool("reports", settings.reportConnections(), settings, url, user, password);
        own = pool("books", 1, settings, url, user, password);
        read = client(reports, errors);
        write = client(own, errors);
        writing = new TransactionTemplate(new DataSourceTransactionManager(own));
        snapshot = new TransactionTemplate(new DataSourceTransactionManager(reports));
        snapshot.setReadOnly(true);
        snapshot.setIsolationLevel(TransactionDefinition.ISOLATION_REPEATABLE_READ);
    }

    private static JdbcClient client(HikariDataSource pool, SQLExceptionTranslator errors) {
        JdbcTemplate template = new JdbcTemplate(pool);
        template.setFetchSize(FETCHED);
        template.setExceptionTranslator(errors);
        return JdbcClient.create(new NamedParameterJdbcTemplate(template));
    }

    private static HikariDataSource pool(
            String name,
            int connections,
            ReportSettings settings,
            String url,
            String user,
            String password) {
        HikariConfig config = new HikariConfig();
        config.setPoolName(name);
        config.setJdbcUrl(url);
        if (!user.isEmpty()) {
            config.setUsername(user);
        }
        if (!password.isEmpty()) {
            config.setPassword(password);
        }
        config.setMaximumPoolSize(connections);
        config.setExceptionOverride(new ReadOnlyConnectionEviction());
        // Connections are made when they are asked for, and go when none is for a while.
        config.setMinimumIdle(0);
        config.setIdleTimeout(60_000);
        config.setInitializationFailTimeout(-1);
        config.setConnectionTimeout(settings.reportWait().toMillis());
        config.addDataSourceProperty("connectTimeout", 2);
        // Above the statement time-out: it fires only when the server or the network hangs.
        config.addDataSourceProperty("socketTimeout", settings.reportTimeout().toSeconds() + 5);
        config.addDataSourceProperty("tcpKeepAlive", true);
        // Above the longest that a reader of CSV may stall. Compiling a statement takes longer than
        // it saves for a month's rows, and a report that takes one core leaves the others to the
        // creates.
        config.setConnectionInitSql(
                "set jit = off; set max_parallel_workers_per_gather = 0; set statement_timeout = %d; set idle_in_transaction_session_timeout = '60s'; set work_mem = '%dkB'"
                        .formatted(
                                settings.reportTimeout().toMillis(),
                                settings.reportMemory().toKilobytes()));
        return new HikariDataSource(config);
    }

    /**
     * Reads a report when a slot is free.
     *
     * @param team whose it is, null = of all teams; see {@link ReportLimiter#acquire}
     */
    public <T> T read(@Nullable Long team, Function<JdbcClient, T> report) {
        try (ReportLimiter.Slot _ = limiter.acquire(team)) {
            return in(snapshot, read, report);
        }
    }

    /**
     * Reads a report row by row, in constant memory, and hands over what it writes to a client that
     * is cut off when it is too slow. Fails as the report does.
     */
    public void download(
            @Nullable Long team, OutputStream client, BiConsumer<JdbcClient, OutputStream> report) {
        ReportLimiter.Slot slot = limiter.acquire(team);
        ReportDownload download =
                new ReportDownload(settings.reportDownload(), settings.reportStall());
        Thread.ofVirtual()
                .name("report")
                .start(() -> {
                    try (slot) {
                        snapshot.executeWithoutResult(_ -> {
                            try {
                                report.accept(read, download);
                                download.close();
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        });
                        download.end(null);
                    } catch (RuntimeException | Error e) {
                        download.end(e);
                    }
                });
        download.copyTo(client);
    }

    /** Writes in a transaction that may take longer than a statement of the application. */
    public <T> T write(Function<JdbcClient, T> change) {
        return in(writing, write, change);
    }

    private static <T> T in(
            TransactionTemplate transaction, JdbcClient jdbc, Function<JdbcClient, T> work) {
        T result = transaction.execute(_ -> work.apply(jdbc));
        if (result == null) {
            throw new IllegalStateException("a report answers something");
        }
        return result;
    }

    @Override
    public void destroy() {
        reports.close();
        own.close();
    }
}
