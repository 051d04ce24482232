package dev.seedgate.testing;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a gateway's reads cost: each is explained with its own parameters just before it runs. In
 * pages of the database that are looked at, which no other load changes.
 */
public final class Explained implements Driver {

    private static final String MARK = "ApplicationName=explained";
    private static final Pattern CHANGES =
            Pattern.compile("(?is).*\\b(insert into|update|delete from|nextval|for)\\b.*");
    private static final List<Read> READS = new CopyOnWriteArrayList<>();
    private static volatile boolean listening;

    private final Driver driver;

    /** For the connection pool, which makes one by the name of the class. */
    public Explained() {
        this(new org.postgresql.Driver());
    }

    private Explained(Driver driver) {
        this.driver = driver;
    }

    /** The settings of a gateway on this database whose reads are explained, and these too. */
    public static String[] settings(TestDatabase database, String... more) {
        install(database.url());
        String url = Objects.requireNonNull(database.settings().get("spring.datasource.url"));
        List<String> settings = new ArrayList<>(List.of(more));
        settings.add("spring.datasource.url=" + url + (url.contains("?") ? "&" : "?") + MARK);
        settings.add("spring.datasource.driver-class-name=" + Explained.class.getName());
        return settings.toArray(String[]::new);
    }

    private static synchronized void install(String url) {
        try {
            Driver present = DriverManager.getDriver(url);
            if (!(DriverManager.getDriver(url + "&" + MARK) instanceof Explained)) {
                // Whoever was registered first is asked first.
                DriverManager.deregisterDriver(present);
                DriverManager.registerDriver(new Explained(present));
                DriverManager.registerDriver(present);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The reads of what is done meanwhile. */
    public static List<Read> during(Runnable calls) {
        READS.clear();
        listening = true;
        try {
            calls.run();
        } finally {
            listening = false;
        }
        return List.copyOf(READS);
    }

    /**
     * One of them.
     *
     * @param pages of the database, of 8 KB, that it looked at
     */
    public record Read(String sql, long pages, String plan) {}

    @Override
    public @Nullable Connection connect(String url, Properties info) throws SQLException {
        Connection connection = acceptsURL(url) ? driver.connect(url, info) : null;
        return connection == null ? null : proxy(Connection.class, connection, null, connection);
    }

    @Override
    public boolean acceptsURL(String url) throws SQLException {
        return url.contains(MARK) && driver.acceptsURL(url);
    }

    @Override
    public DriverPropertyInfo[] getPropertyInfo(String url, Properties info) throws SQLException {
        return driver.getPropertyInfo(url, info);
    }

    @Override
    public int getMajorVersion() {
        return driver.getMajorVersion();
    }

    @Override
    public int getMinorVersion() {
        return driver.getMinorVersion();
    }

    @Override
    public boolean jdbcCompliant() {
        return false;
    }

    @Override
    public Logger getParentLogger() {
        return Logger.getLogger("explained");
    }

    /** {@code explaining} is the same statement as an EXPLAIN, given the same parameters. */
    private static <T> T proxy(
            Class<T> type,
            Object target,
            @Nullable PreparedStatement explaining,
            Connection connection) {
        return type.cast(
                Proxy.newProxyInstance(
                        type.getClassLoader(),
                        new Class<?>[] {type},
                        (_, method, arguments) ->
                                call(target, method, arguments, explaining, connection)));
    }

    private static Object call(
            Object target,
            Method method,
            Object @Nullable [] arguments,
            @Nullable PreparedStatement explaining,
            Connection connection)
            throws Throwable {
        try {
            if (explaining != null && method.getName().matches("set[A-Z].*|clearParameters")) {
                boolean parameter =
                        method.getParameterCount() != 1 && !method.getName().startsWith("setFetch");
                if (parameter) {
                    method.invoke(explaining, arguments);
                }
            }
            if (explaining != null && method.getName().matches("execute|executeQuery")) {
                explain(explaining);
            }
            if (explaining != null && method.getName().equals("close")) {
                explaining.close();
            }
            Object answer = method.invoke(target, arguments);
            if (method.getName().equals("prepareStatement") && arguments != null) {
                String sql = String.valueOf(arguments[0]);
                boolean read =
                        listening
                                && sql.strip().matches("(?is)(select|with)\\b.*")
                                && !CHANGES.matcher(sql).matches();
                return read
                        ? proxy(
                                PreparedStatement.class,
                                answer,
                                connection.prepareStatement(
                                        "explain (analyze, buffers, timing off, format json) "
                                                + sql),
                                connection)
                        : answer;
            }
            return answer;
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static void explain(PreparedStatement explaining) throws SQLException {
        try (ResultSet rows = explaining.executeQuery()) {
            rows.next();
            String json = rows.getString(1);
            READS.add(new Read(explaining.toString(), pages(json), json));
        }
    }

    /** How many pages an analyzed plan, in JSON with its buffers, has looked at. */
    public static long pages(String plan) {
        var total = JsonMapper.shared().readTree(plan).get(0).get("Plan");
        return total.get("Shared Hit Blocks").asLong() + total.get("Shared Read Blocks").asLong();
    }
}
