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
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            textBlock =
                    """
                    select 1 / 0 | true
                    select from no_such_table | true
                    do $$ begin raise exception 'x' using errcode = '40P01'; end $$ | true
                    do $$ begin raise exception 'x' using errcode = '55P03'; end $$ | true
                    do $$ begin raise exception 'x' using errcode = '57014'; end $$ | true
                    do $$ begin raise exception 'x' using errcode = '25006'; end $$ | true
                    do $$ begin raise exception 'x' using errcode = '23505'; end $$ | true
                    do $$ begin raise exception 'x' using errcode = '53100'; end $$ | false
                    do $$ begin raise exception 'x' using errcode = 'XX000'; end $$ | false
                    select pg_terminate_backend(pg_backend_pid()) | false
                    """)
    void isRolledBackWhereTheServerRefusesAndGoesOn(String sql, boolean rolledBack) {
        assertThat(DatabaseFault.isRolledBack(failure(DATABASE, sql))).isEqualTo(rolledBack);
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
