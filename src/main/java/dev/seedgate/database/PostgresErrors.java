package dev.seedgate.database;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.jdbc.support.SQLExceptionSubclassTranslator;

/**
 * Tells a database that is slow, busy or going away from a defect of ours. Spring leaves these
 * states uncategorized. The codes are those of PostgreSQL's appendix A.
 */
class PostgresErrors extends SQLExceptionSubclassTranslator {

    @Override
    protected @Nullable DataAccessException doTranslate(
            String task, @Nullable String sql, SQLException problem) {
        String state = problem.getSQLState() == null ? "" : problem.getSQLState();
        String told = buildMessage(task, sql, problem);
        return switch (state) {
            case "55P03" -> new CannotAcquireLockException(told, problem);
            case "57014" -> new QueryTimeoutException(told, problem);
            // Shut down, crashed, starting, too many connections, idle in a transaction for too
            // long.
            case "57P01", "57P02", "57P03", "53300", "25P03" ->
                    new DataAccessResourceFailureException(told, problem);
            default -> super.doTranslate(task, sql, problem);
        };
    }
}
