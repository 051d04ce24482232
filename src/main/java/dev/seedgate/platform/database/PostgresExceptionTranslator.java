package dev.seedgate.platform.database;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.jdbc.support.SQLExceptionSubclassTranslator;

/**
 * Translator of the SQL states that Spring leaves uncategorized into its exceptions, so that their
 * types say the same as {@link DatabaseFault}.
 */
class PostgresExceptionTranslator extends SQLExceptionSubclassTranslator {

    @Override
    protected @Nullable DataAccessException doTranslate(
            String task, @Nullable String sql, SQLException problem) {
        String message = buildMessage(task, sql, problem);
        String state = DatabaseFault.state(problem);
        return switch (state) {
            case "55P03" -> new CannotAcquireLockException(message, problem);
            case "57014" -> new QueryTimeoutException(message, problem);
            default ->
                    DatabaseFault.of(problem) == DatabaseFault.AWAY && !state.startsWith("40")
                            ? new DataAccessResourceFailureException(message, problem)
                            : super.doTranslate(task, sql, problem);
        };
    }
}
