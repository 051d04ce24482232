package dev.seedgate.startup;

import dev.seedgate.shared.StartupProblem;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringBootExceptionReporter;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.validation.BindValidationException;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.Ordered;

/**
 * Tells why the gateway did not start in one line on standard error, for every reason that an
 * operator can mend. What is left goes to Spring Boot's own report, with its stack trace.
 */
final class StartupReport implements SpringBootExceptionReporter, Ordered {

    /** A privilege is missing. */
    private static final String DENIED = "42501";

    private static final Logger LOG = LoggerFactory.getLogger(StartupReport.class);

    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE;
    }

    @Override
    @SuppressWarnings("SystemOut")
    public boolean reportException(Throwable failure) {
        String line = explain(failure);
        if (line == null) {
            return false;
        }
        LOG.debug("The start failed", failure);
        System.err.println("seedgate: " + line);
        return true;
    }

    /** The deepest cause that is understood says it best; those around it only know who was hit. */
    static @Nullable String explain(Throwable failure) {
        List<Throwable> causes = new ArrayList<>();
        for (Throwable t = failure; t != null && !causes.contains(t); t = t.getCause()) {
            causes.add(t);
        }
        return causes.reversed().stream()
                .map(StartupReport::explainOne)
                .filter(Objects::nonNull)
                .findFirst()
                .map(text -> text.lines().map(String::strip).collect(Collectors.joining(" ")))
                .orElse(null);
    }

    private static @Nullable String explainOne(Throwable cause) {
        return switch (cause) {
            case StartupProblem problem -> problem.getMessage();
            case PortInUseException taken -> portInUse(taken.getPort());
            case BindValidationException invalid -> BadSetting.explain(invalid);
            case BindException unreadable -> BadSetting.explain(unreadable);
            case InvalidConfigurationPropertyValueException wrong -> BadSetting.explain(wrong);
            case FlywayException migration -> migration(migration);
            case SQLException denied when DENIED.equals(denied.getSQLState()) -> denied(denied);
            default -> null;
        };
    }

    private static String portInUse(int port) {
        return "Port %d is in use: stop the program that has it, or set SERVER_PORT (MANAGEMENT_SERVER_PORT for the management port) to a free one."
                .formatted(port);
    }

    private static String denied(SQLException e) {
        return "The database role may not do this (%s): have the migrations run as the tables' owner, with SPRING_FLYWAY_USER and SPRING_FLYWAY_PASSWORD; they grant the role of SPRING_DATASOURCE_USERNAME what it needs."
                .formatted(String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
    }

    private static String migration(FlywayException e) {
        if (NestedExceptionUtils.getMostSpecificCause(e) instanceof SQLException login
                && DatabaseCheck.REFUSED.contains(login.getSQLState())) {
            return "The database refuses the login of the migrations (%s): correct SPRING_FLYWAY_USER and SPRING_FLYWAY_PASSWORD."
                    .formatted(login.getMessage());
        }
        String detail =
                String.valueOf(e.getMessage())
                        .lines()
                        .limit(2)
                        .reduce((headline, second) -> second)
                        .orElse("");
        return "The tables in the database are not those of this version of the gateway (%s): start the version that made them, or name an empty database in SPRING_DATASOURCE_URL."
                .formatted(detail.strip());
    }
}
