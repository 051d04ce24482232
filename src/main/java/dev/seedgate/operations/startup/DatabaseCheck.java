package dev.seedgate.operations.startup;

import dev.seedgate.platform.values.StartupException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import java.util.Set;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.output.ValidateResult;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.aot.AbstractAotProcessor;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * The check at start-up that opens one connection before anything else does: waits for a database
 * that is still starting, and says plainly what is wrong with one that will never do.
 */
final class DatabaseCheck
        implements ApplicationContextInitializer<ConfigurableApplicationContext>, Ordered {

    private static final Logger LOG = LoggerFactory.getLogger(DatabaseCheck.class);
    private static final String SCHEME = "jdbc:postgresql:";
    private static final int OLDEST_VERSION = 15;

    /** The whole of one attempt, in seconds: a host that drops packets never answers. */
    private static final String ATTEMPT_TIMEOUT = "5";

    /** Often enough to lose little, seldom enough to be no burden to a server that starts. */
    private static final Duration PAUSE = Duration.ofMillis(500);

    /** No such user, wrong password, no password given, not allowed by pg_hba.conf. */
    static final Set<String> REFUSED = Set.of("28000", "28P01", "08004");

    /** Starting or stopping, or out of connections for now; class 08 is the network. */
    private static final Set<String> BUSY = Set.of("57P03", "57P01", "53300");

    /** After all that can bring a data source along. */
    @Override
    public int getOrder() {
        return Ordered.LOWEST_PRECEDENCE;
    }

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        Environment environment = context.getEnvironment();
        String url = environment.getProperty("spring.datasource.url");
        // The build looks at which beans there are, without a database.
        if (!StringUtils.hasText(url) || Boolean.getBoolean(AbstractAotProcessor.AOT_PROCESSING)) {
            return;
        }
        if (!url.startsWith(SCHEME)) {
            throw new StartupException(
                    "SPRING_DATASOURCE_URL must look like jdbc:postgresql://host:5432/name: the gateway works with PostgreSQL only.");
        }
        DatabaseSettings settings =
                Binder.get(environment).bindOrCreate("seedgate", DatabaseSettings.class);
        boolean migrates = environment.getProperty("spring.flyway.enabled", Boolean.class, true);
        String role = settings.migrateOnly() ? "spring.flyway.user" : "spring.datasource.username";
        Properties login = login(environment, role);
        check(url, login, settings.databaseStartupWait());
        if (!migrates) {
            checkTables(url, login);
        }
    }

    static void check(String url, Properties login, Duration patience) {
        long begin = System.nanoTime();
        boolean told = false;
        while (true) {
            try (Connection connection = DriverManager.getConnection(url, login)) {
                checkVersion(url, connection.getMetaData().getDatabaseMajorVersion());
                return;
            } catch (SQLException e) {
                if (!mayPass(e) || System.nanoTime() - begin > patience.toNanos()) {
                    throw new StartupException(explain(e, url), e);
                }
                if (!told) {
                    LOG.info("The database does not answer yet; trying for {}", patience);
                    told = true;
                }
            }
            pause();
        }
    }

    private static Properties login(Environment environment, String role) {
        Properties login = new Properties();
        login.setProperty("loginTimeout", ATTEMPT_TIMEOUT);
        put(login, "user", environment.getProperty(role));
        put(
                login,
                "password",
                environment.getProperty(role.replaceFirst("user(name)?$", "password")));
        return login;
    }

    private static void put(Properties login, String name, @Nullable String value) {
        if (value != null) {
            login.setProperty(name, value);
        }
    }

    /** Where somebody else migrates, what is there must be at least what this version needs. */
    static void checkTables(String url, Properties login) {
        ValidateResult result =
                Flyway.configure()
                        .dataSource(url, login.getProperty("user"), login.getProperty("password"))
                        .load()
                        .validateWithResult();
        if (!result.validationSuccessful) {
            throw new StartupException(
                    "The tables in the database at %s are not those of this version of the gateway (%s), and migrations are turned off: apply them as the tables' owner with SEEDGATE_MIGRATE_ONLY=true, then start again."
                            .formatted(place(url), detail(result)));
        }
    }

    private static String detail(ValidateResult result) {
        return result.invalidMigrations.stream()
                .findFirst()
                .map(it -> "first at version " + it.version)
                .orElse("there are none");
    }

    static void checkVersion(String url, int version) {
        if (version < OLDEST_VERSION) {
            throw new StartupException(
                    "The database at %s is PostgreSQL %d: the gateway needs %d or newer."
                            .formatted(place(url), version, OLDEST_VERSION));
        }
    }

    private static boolean mayPass(SQLException e) {
        String state = String.valueOf(e.getSQLState());
        return !REFUSED.contains(state) && (state.startsWith("08") || BUSY.contains(state));
    }

    private static String explain(SQLException e, String url) {
        String state = String.valueOf(e.getSQLState());
        if (REFUSED.contains(state)) {
            return "The database at %s refuses the login (%s): correct SPRING_DATASOURCE_USERNAME and SPRING_DATASOURCE_PASSWORD."
                    .formatted(place(url), e.getMessage());
        } else if (state.equals("3D000")) {
            return "The database at %s does not exist: create it, or correct SPRING_DATASOURCE_URL."
                    .formatted(place(url));
        }
        return "The database at %s can't be reached (%s): start it, or correct SPRING_DATASOURCE_URL."
                .formatted(place(url), e.getMessage());
    }

    /** Without the parameters: a password may be among them. */
    private static String place(String url) {
        return url.substring(SCHEME.length()).replaceFirst("\\?.*", "").replaceFirst("^//", "");
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartupException("The start was interrupted.", e);
        }
    }
}
