package dev.seedgate.platform.database;

import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientException;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.NonTransientDataAccessResourceException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.jdbc.CannotGetJdbcConnectionException;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.TransactionUsageException;

/**
 * Meaning of a failed call to the database, whichever client made it: JPA, {@code JdbcClient} or a
 * pool. The SQLSTATE says so, the types that it was wrapped into on its way do not matter. The
 * codes are those of PostgreSQL's appendix A.
 */
public enum DatabaseFault {

    /**
     * Slow, busy, locked, read-only, full or not there. Nothing about the call is wrong, and it
     * passes without anybody changing the gateway.
     */
    AWAY,

    /** The values are wrong (class 22) or break a constraint (class 23): a repetition fails too. */
    DATA,

    /** The statement, the tables or the rights don't fit together. Somebody has to mend them. */
    DEFECT;

    /**
     * Connections (08), rolled back for others' sake (40), resources (53), objects in use and lock
     * time-outs (55), operators and time-outs (57), the system (58), its configuration (F0) and its
     * inside (XX). A login that is refused (28) or a database that is gone (3D) is as far away as
     * one that does not answer.
     */
    private static final Set<String> AWAY_CLASSES =
            Set.of("08", "28", "3D", "40", "53", "55", "57", "58", "F0", "XX");

    /**
     * Read-only; a transaction that has failed, was idle or went on for too long; a plan that fits
     * the tables no more, which goes with its connection.
     */
    private static final Set<String> AWAY_STATES =
            Set.of("25006", "25P02", "25P03", "25P04", "0A000");

    /**
     * Severities of errors that end a statement, or its session, before it is committed: a session
     * is never ended between its commit and its answer. Another one is a server that breaks down,
     * perhaps while it commits, or one of these in the server's language.
     */
    private static final Set<String> BEFORE_THE_COMMIT = Set.of("ERROR", "FATAL");

    /** Of resources (53), the system (58) and the inside (XX): what a server breaks down of. */
    private static final Set<String> BREAKDOWN_CLASSES = Set.of("53", "58", "XX");

    /** Which one it is, or null when this is no failure of the database. */
    public static @Nullable DatabaseFault of(Throwable failure) {
        SQLException cause = cause(failure);
        return cause == null ? byType(failure) : of(cause);
    }

    /** The SQLSTATE of the failure, or an empty text. */
    public static String state(Throwable failure) {
        SQLException cause = cause(failure);
        return cause == null || cause.getSQLState() == null ? "" : cause.getSQLState();
    }

    /**
     * Whether a statement that is a transaction of its own, and failed so, is certainly not stored:
     * it was never sent, or the server says that it has failed. When the connection breaks, or the
     * server breaks down, the commit may have come before.
     */
    public static boolean isRolledBack(DataAccessException failure) {
        if (failure instanceof CannotGetJdbcConnectionException) {
            return true;
        }
        ServerErrorMessage answer =
                cause(failure) instanceof PSQLException cause
                        ? cause.getServerErrorMessage()
                        : null;
        return answer != null
                && (BEFORE_THE_COMMIT.contains(answer.getSeverity())
                        || BREAKDOWN_CLASSES.stream().noneMatch(state(failure)::startsWith));
    }

    private static DatabaseFault of(SQLException cause) {
        String state = state(cause);
        if (state.length() < 2
                || AWAY_STATES.contains(state)
                || AWAY_CLASSES.contains(state.substring(0, 2))
                || cause instanceof SQLTransientException
                || cause instanceof SQLRecoverableException) {
            // Without a state it is the pool or the driver that has no connection.
            return AWAY;
        }
        return state.startsWith("22") || state.startsWith("23") ? DATA : DEFECT;
    }

    /** What has no SQLSTATE: found out by a pool, by Spring or by Hibernate on their own. */
    private static @Nullable DatabaseFault byType(Throwable failure) {
        return switch (failure) {
            case TransientDataAccessException _,
                    RecoverableDataAccessException _,
                    NonTransientDataAccessResourceException _ ->
                    AWAY;
            // Not even the rollback got through; this hides what failed before.
            case DataAccessException _
                    when failure.getCause() instanceof org.hibernate.TransactionException ->
                    AWAY;
            case DataAccessException _, TransactionUsageException _ -> DEFECT;
            case TransactionException _, org.hibernate.TransactionException _ -> AWAY;
            default -> null;
        };
    }

    private static @Nullable SQLException cause(Throwable failure) {
        Set<Throwable> seen = new HashSet<>();
        for (Throwable at = failure; at != null && seen.add(at); at = at.getCause()) {
            if (at instanceof SQLException cause) {
                return cause;
            }
        }
        return null;
    }
}
