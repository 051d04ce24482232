package dev.seedgate.task.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.TestDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Durations as PostgreSQL reads them; a century stands for "never" in the queue. */
class IntervalTests {

    private static final TestDatabase DATABASE = TestDatabase.create();

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT0.001S", "PT59.999S", "PT1H", "PT90M", "P1D", "P36500D"})
    void isTheSameTimeInTheDatabase(Duration duration) throws Exception {
        try (Connection connection = DriverManager.getConnection(DATABASE.url());
                PreparedStatement statement =
                        connection.prepareStatement(
                                "select (extract(epoch from ?::interval) * 1000)::bigint")) {
            statement.setObject(1, WorkQueue.interval(duration));
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                assertThat(row.getLong(1)).isEqualTo(duration.toMillis());
            }
        }
    }
}
