package dev.seedgate.platform.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.seedgate.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.AbstractDataSource;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** What failures of the database mean, by errors that a real one has made. */
class DatabaseFaultTests {

    private static final DataSource DATABASE =
            new DriverManagerDataSource(TestDatabase.create().url());

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select 1 / 0",
                "select from no_such_table",
                "select pg_terminate_backend(pg_backend_pid())"
            })
    void isRolledBackWhenTheServerSaysSo(String sql) {
        assertThat(DatabaseFault.isRolledBack(failure(DATABASE, sql))).isTrue();
    }

    /** Whatever a trigger of ours, a full disk or another session makes of a statement. */
    @ParameterizedTest
    @ValueSource(strings = {"23505", "25006", "40P01", "53100", "55P03", "57014", "58030", "XX000"})
    void isRolledBackByAnErrorOfAnyKind(String state) {
        String sql =
                "do $$ begin raise exception 'x' using errcode = '%s'; end $$".formatted(state);
        assertThat(DatabaseFault.isRolledBack(failure(DATABASE, sql))).isTrue();
    }

    /** By the text of the severity, which is in the server's language. */
    @ParameterizedTest
    @CsvSource({
        "ERROR, 55P03, true",
        "FEHLER, 55P03, true",
        "FATAL, 57P01, true",
        "PANIC, 58030, false",
        "PANIK, 53100, false",
        "PANIC, XX000, false"
    })
    void isRolledBackUnlessTheServerBreaksDown(String severity, String state, boolean rolledBack) {
        ServerErrorMessage answer =
                new ServerErrorMessage("S%s\0C%s\0Mtold\0".formatted(severity, state));
        assertThat(
                        DatabaseFault.isRolledBack(
                                new DataAccessResourceFailureException(
                                        "failed", new PSQLException(answer))))
                .isEqualTo(rolledBack);
    }

    @Test
    void isRolledBackWithoutAConnectionAndMayBeStoredAfterABrokenOne() {
        DataSource exhausted =
                new AbstractDataSource() {
                    @Override
                    public Connection getConnection() throws SQLException {
                        throw new SQLTransientConnectionException("none is free");
                    }

                    @Override
                    public Connection getConnection(String username, String password)
                            throws SQLException {
                        return getConnection();
                    }
                };
        assertThat(DatabaseFault.isRolledBack(failure(exhausted, "select 1"))).isTrue();
        assertThat(
                        DatabaseFault.isRolledBack(
                                new DataAccessResourceFailureException(
                                        "broken", new SQLException("broken", "08006"))))
                .isFalse();
        assertThat(DatabaseFault.isRolledBack(new DataAccessResourceFailureException("?")))
                .isFalse();
    }

    private static DataAccessException failure(DataSource database, String sql) {
        return catchThrowableOfType(
                DataAccessException.class, () -> new JdbcTemplate(database).execute(sql));
    }
}
