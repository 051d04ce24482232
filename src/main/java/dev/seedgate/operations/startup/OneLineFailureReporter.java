package dev.seedgate.operations.startup;

import dev.seedgate.platform.values.StartupException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.exception.FlywayValidateException;
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
 * The reporter of failed starts: one line on standard error for every reason that an operator can
 * mend. What is left goes to Spring Boot's own report, with its stack trace.
 */
final class OneLineFailureReporter implements SpringBootExceptionReporter, Ordered {

    private static final Logger LOG = LoggerFactory.getLogger(OneLineFailureReporter.class);

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
                .map(OneLineFailureReporter::explainOne)
                .filter(Objects::nonNull)
                .findFirst()
                .map(text -> text.lines().map(String::strip).collect(Collectors.joining(" ")))
                .orElse(null);
    }

    private static @Nullable String explainOne(Throwable cause) {
        return switch (cause) {
            case StartupException problem -> problem.getMessage();
            case PortInUseException taken -> portInUse(taken.getPort());
            case BindValidationException invalid -> SettingMessages.explain(invalid);
            case BindException unreadable -> SettingMessages.explain(unreadable);
            case InvalidConfigurationPropertyValueException wrong -> SettingMessages.explain(wrong);
            case FlywayValidateException other -> otherTables(other);
            case FlywayException migration -> notApplied(migration);
            case SQLException refused -> refused(refused);
            default -> null;
        };
    }

    private static String portInUse(int port) {
        return "Port %d is in use: stop the program that has it, or set SERVER_PORT (MANAGEMENT_SERVER_PORT for the management port) to a free one."
                .formatted(port);
    }

    /** What the database itself says is the first cause; null when it says nothing of the kind. */
    private static @Nullable String refused(SQLException e) {
        String state = String.valueOf(e.getSQLState());
        String told = firstLine(e);
        String todo =
                switch (state) {
                    case "42501" ->
                            "The database role may not do this (%s): have the migrations run as the tables' owner, with SPRING_FLYWAY_USER and SPRING_FLYWAY_PASSWORD; they grant the role of SPRING_DATASOURCE_USERNAME what it needs.";
                    case "25006" ->
                            "The database is read-only (%s): name the primary in SPRING_DATASOURCE_URL, or make it take writes again.";
                    case "55P03", "40P01" ->
                            "Somebody else holds what this start needs to lock (%s): end that session, or start again when it is quiet.";
                    case "57014" ->
                            "The database took too long for what this start asks (%s): end the session that holds it up, or start again when it is quiet.";
                    case "53100" ->
                            "The database's disk is full (%s): make room, then start again.";
                    case "53300" ->
                            "The database has no connection left (%s): raise its max_connections, or start fewer replicas.";
                    case "3D000" ->
                            "The database does not exist (%s): create it, or correct SPRING_DATASOURCE_URL.";
                    case "3F000" ->
                            "The database has no schema to make tables in (%s): create it, or correct the role's search_path.";
                    default -> byClass(state, told);
                };
        return todo == null ? null : todo.formatted(told);
    }

    private static @Nullable String byClass(String state, String told) {
        if (DatabaseCheck.REFUSED.contains(state)) {
            return "The database refuses the login (%s): correct SPRING_FLYWAY_USER and SPRING_FLYWAY_PASSWORD, or SPRING_DATASOURCE_USERNAME and SPRING_DATASOURCE_PASSWORD.";
        }
        // Of these two states there are others too.
        if (told.contains("extension") && (state.equals("0A000") || state.equals("58P01"))) {
            return "The database lacks an extension (%s): install it on the server.";
        }
        return switch (state.length() < 2 ? "" : state.substring(0, 2)) {
            case "08", "57" ->
                    "The database went away (%s): see whether it runs, then start again.";
            case "53" -> "The database lacks resources (%s): see its log, then start again.";
            case "58", "F0", "XX" ->
                    "The database itself is broken (%s): see its log, then start again.";
            default -> null;
        };
    }

    /** The line for any other reason: the database's own words for it, if it has any. */
    private static String notApplied(FlywayException e) {
        String why =
                NestedExceptionUtils.getMostSpecificCause(e) instanceof SQLException cause
                        ? "%s: %s (SQLSTATE %s)"
                                .formatted(firstLine(e), firstLine(cause), cause.getSQLState())
                        : firstLine(e);
        return "The migrations could not be applied (%s): mend that and start again. Those before the one that failed stay applied."
                .formatted(why);
    }

    /** The first line is a headline; the second names the migration. */
    private static String otherTables(FlywayValidateException e) {
        String detail =
                String.valueOf(e.getMessage())
                        .lines()
                        .limit(2)
                        .reduce((headline, second) -> second)
                        .orElse("");
        return "The tables in the database are not those of this version of the gateway (%s): start the version that made them, or name an empty database in SPRING_DATASOURCE_URL."
                .formatted(detail.strip());
    }

    private static String firstLine(Exception e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("").strip();
    }
}
