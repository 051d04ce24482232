package dev.seedgate.testing;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;

/**
 * A fresh database of the tests on a real PostgreSQL: the embedded one, or the server that {@code
 * SEEDGATE_TEST_DATABASE_URL} names (a JDBC URL of a superuser's database with user and password in
 * it), which is how the suite runs against the oldest version that is promised.
 */
public record TestDatabase(String url) {

    /** Whose the tables are. */
    public static final String OWNER = "seedgate_test_owner";

    /** What a gateway works as. */
    public static final String APPLICATION = "seedgate_test_application";

    private static final String PASSWORD = "secret";
    private static final String PREFIX = "seedgate_test_";
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final Map<String, DataSource> POOLS = new ConcurrentHashMap<>();
    private static @Nullable String server;
    private static @Nullable String template;

    /**
     * Makes a database with today's tables, a copy of one that was migrated once: a hundred tests
     * that each apply all migrations take minutes. It goes with the server or, on an external one,
     * stays behind. It belongs to a role of its own, and a gateway on it works as another, like in
     * production.
     */
    public static TestDatabase create() {
        return create(" template " + template());
    }

    /** Makes one without tables, for those who look at how they come to be. */
    public static TestDatabase createEmpty() {
        return create("");
    }

    private static TestDatabase create(String options) {
        String name = PREFIX + ProcessHandle.current().pid() + "_" + COUNT.incrementAndGet();
        String administration = server();
        try (Connection connection = DriverManager.getConnection(administration);
                Statement statement = connection.createStatement()) {
            makeRole(statement, OWNER);
            makeRole(statement, APPLICATION);
            statement.execute("create database " + name + " owner " + OWNER + options);
        } catch (SQLException e) {
            throw new IllegalStateException("can't create " + name, e);
        }
        return new TestDatabase(administration.replaceFirst("/[^/?]*(\\?|$)", "/" + name + "$1"));
    }

    /** The name of the database that others are copies of; nobody is connected to it. */
    private static synchronized String template() {
        if (template == null) {
            template = createEmpty().migrated().text("select current_database()");
        }
        return template;
    }

    private static void makeRole(Statement statement, String name) throws SQLException {
        statement.execute(
                """
                do $$ begin
                    create role %s login password '%s';
                exception when duplicate_object or unique_violation then null;
                end $$\
                """
                        .formatted(name, PASSWORD));
    }

    /** The same database for this role. */
    public TestDatabase as(String role) {
        String login = "user=%s&password=%s".formatted(role, PASSWORD);
        return new TestDatabase(
                withoutLogin() + (withoutLogin().contains("?") ? "&" : "?") + login);
    }

    /** The settings of a gateway on it. On a server of the test's own, one role does all. */
    public Map<String, String> settings() {
        if (!url.contains("/" + PREFIX)) {
            return Map.of("spring.datasource.url", url);
        }
        return Map.of(
                "spring.datasource.url", withoutLogin(),
                "spring.datasource.username", APPLICATION,
                "spring.datasource.password", PASSWORD,
                "spring.flyway.user", OWNER,
                "spring.flyway.password", PASSWORD);
    }

    private String withoutLogin() {
        return url.replaceAll("(user|password)=[^&]*&?", "").replaceFirst("[?&]$", "");
    }

    /** Runs one statement, for example to plant a state that no call can make. */
    public void execute(String sql) {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** Calls while somebody else's transaction has done this, which is rolled back afterwards. */
    public void during(String sql, Runnable calls) {
        try (Connection other = DriverManager.getConnection(url);
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute(sql);
            calls.run();
            other.rollback();
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** Applies the migrations. */
    public TestDatabase migrated() {
        flyway().migrate();
        return this;
    }

    /** The migrations as the gateway applies them. */
    public Flyway flyway() {
        return Flyway.configure()
                .dataSource(as(OWNER).url(), null, null)
                .placeholders(Map.of("application_role", APPLICATION))
                .load();
    }

    /**
     * Moves the database's time: from now on it is so much ahead (or behind) of the real one. Needs
     * the migrations.
     */
    public void shiftTime(Duration ahead) {
        execute(
                """
                create or replace function gateway_now() returns timestamptz
                    language sql stable parallel safe
                    return statement_timestamp() + interval '%d milliseconds'\
                """
                        .formatted(ahead.toMillis()));
    }

    /** Stops the database's time at so long after a fixed moment. Needs the migrations. */
    public void stopTime(Duration at) {
        execute(
                """
                create or replace function gateway_now() returns timestamptz
                    language sql stable parallel safe
                    return timestamptz '2025-06-01 00:00Z' + interval '%d milliseconds'\
                """
                        .formatted(at.toMillis()));
    }

    /**
     * Ends every session on it; new ones are read-only from now on, or take writes again. Those
     * that were opened while it was read-only stay so.
     */
    public void makeReadOnly() {
        alter("set default_transaction_read_only = on");
        administer(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()");
    }

    /** See above. */
    public void makeWritable() {
        alter("reset default_transaction_read_only");
    }

    private void alter(String change) {
        administer(
                "do $$ begin execute format('alter database %%I %s', current_database()); end $$"
                        .formatted(change));
    }

    /** Runs it in a session that may write whatever the database says. */
    private void administer(String sql) {
        String options =
                (url.contains("?") ? "&" : "?") + "options=-c%20default_transaction_read_only=off";
        new TestDatabase(url + options).execute(sql);
    }

    /** A small pool of connections to it, the same one each time. */
    public DataSource dataSource() {
        return POOLS.computeIfAbsent(url, TestDatabase::pool);
    }

    private static DataSource pool(String url) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setMinimumIdle(0);
        config.setMaximumPoolSize(8);
        return new HikariDataSource(config);
    }

    /** The one value that a query answers, as a text. */
    public String text(String sql) {
        return rows(sql).getFirst();
    }

    /** The first column of every row, as texts. */
    public List<String> rows(String sql) {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            List<String> rows = new ArrayList<>();
            while (result.next()) {
                rows.add(String.valueOf(result.getString(1)));
            }
            return rows;
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    private static synchronized String server() {
        if (server == null) {
            String external = System.getenv("SEEDGATE_TEST_DATABASE_URL");
            server = external != null ? external : startEmbedded();
        }
        return server;
    }

    private static String startEmbedded() {
        try {
            EmbeddedPostgres postgres =
                    EmbeddedPostgres.builder()
                            .setServerConfig("max_connections", "300")
                            // Its log goes into that of the tests, which look for prompts there.
                            .setServerConfig("log_error_verbosity", "terse")
                            .start();
            return postgres.getJdbcUrl("postgres", "postgres");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
