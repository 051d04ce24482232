package dev.seedgate.platform.database;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.jdbc.support.SQLExceptionSubclassTranslator;

/**
 * Spring's exceptions for the states that Spring leaves uncategorized, so that their types say the
 * same as {@link DatabaseFault}.
 */
class PostgresExceptionTranslator extends SQLExceptionSubclassTranslator {

    @Override
    protected @Nullable DataAccessException doTranslate(
            String task, @Nullable String sql, SQLException problem) {
        String told = buildMessage(task, sql, problem);
        String state = DatabaseFault.state(problem);
        return switch (state) {
            case "55P03" -> new CannotAcquireLockException(told, problem);
            case "57014" -> new QueryTimeoutException(told, problem);
            default ->
                    DatabaseFault.of(problem) == DatabaseFault.AWAY && !state.startsWith("40")
                            ? new DataAccessResourceFailureException(told, problem)
                            : super.doTranslate(task, sql, problem);
        };
    }
}
