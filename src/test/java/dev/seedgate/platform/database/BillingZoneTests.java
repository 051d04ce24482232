package dev.seedgate.platform.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seedgate.platform.values.StartupException;
import dev.seedgate.testing.TestDatabase;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Which billing zones there are, and that a bad one is never frozen. */
class BillingZoneTests {

    private static TestDatabase database;

    @BeforeAll
    static void createDatabase() {
        database = TestDatabase.create();
    }

    @BeforeEach
    void nothingIsFrozen() {
        database.execute("delete from installation");
    }

    @ParameterizedTest
    @CsvSource({
        "'', UTC",
        "' ', UTC",
        "UTC, UTC",
        "Europe/Berlin, Europe/Berlin",
        "America/New_York, America/New_York",
        "America/Argentina/Buenos_Aires, America/Argentina/Buenos_Aires",
        "America/Port-au-Prince, America/Port-au-Prince",
        "Asia/Kolkata, Asia/Kolkata",
        // An old name of a region is one all the same.
        "US/Pacific, US/Pacific"
    })
    void freezesUtcOrARegion(String configured, String frozen) {
        start(configured);
        assertThat(zones()).isEqualTo(frozen);
        start("");
        start(configured);
        assertThat(zones()).isEqualTo(frozen);
    }

    @ParameterizedTest
    @CsvSource({
        // PostgreSQL reads the sign the other way round, as POSIX has it.
        "+02:00, Europe/Berlin",
        "-05:00, Europe/Berlin",
        "+00:00, Europe/Berlin",
        "UTC+2, Europe/Berlin",
        "UTC+02:00, Europe/Berlin",
        "GMT+2, Europe/Berlin",
        "GMT0, Europe/Berlin",
        "UT, Europe/Berlin",
        "Z, Europe/Berlin",
        "2, Europe/Berlin",
        // An offset that looks like a region, the sign turned once more.
        "Etc/GMT-2, Europe/Berlin",
        "Etc/UTC, Europe/Berlin",
        // Rules without a place, of which none is promised to last.
        "EST5EDT, Europe/Berlin",
        "CET, Europe/Berlin",
        "EST, Europe/Berlin",
        "Japan, Europe/Berlin",
        // Java knows one spelling, PostgreSQL any.
        "utc, UTC",
        "europe/berlin, Europe/Berlin",
        "AMERICA/NEW_YORK, America/New_York",
        "' Europe/Paris', Europe/Paris",
        "Europe/Atlantis, Europe/Berlin",
        "Europe, Europe/Berlin",
        "posix/Europe/Berlin, Europe/Berlin",
        "'Europe/Berlin''; drop table installation', Europe/Berlin"
    })
    void freezesNothingElse(String configured, String suggested) {
        assertThatThrownBy(() -> start(configured))
                .isInstanceOf(StartupException.class)
                .hasMessageStartingWith("SEEDGATE_BILLING_ZONE is " + configured + ", which names")
                .hasMessageContaining("UTC or a name like " + suggested + ";");
        assertThat(zones()).isEqualTo("null");
        start("");
        assertThat(zones()).isEqualTo("UTC");
    }

    @Test
    void staysWithTheFirst() {
        start("Europe/Berlin");
        for (String other : new String[] {"UTC", "Europe/Paris", "+02:00"}) {
            assertThatThrownBy(() -> start(other))
                    .isInstanceOf(StartupException.class)
                    .hasMessageContaining("has been billing in Europe/Berlin since");
        }
        assertThat(zones()).isEqualTo("Europe/Berlin");
    }

    @ParameterizedTest
    @CsvSource({
        "+02:00, +02:00, -02:00",
        "-05:30, -05:30, +05:30",
        "UTC+02:00, +02:00, -02:00",
        "GMT-03:00, -03:00, +03:00"
    })
    void showsTheWayOutOfAnOffsetThatWasFrozen(String frozen, String java, String postgres) {
        database.execute("insert into installation (billing_zone) values ('" + frozen + "')");
        for (String configured : new String[] {"", frozen, "Europe/Berlin"}) {
            assertThatThrownBy(() -> start(configured))
                    .isInstanceOf(StartupException.class)
                    .hasMessageContaining(
                            "Java takes for UTC%s and PostgreSQL for UTC%s"
                                    .formatted(java, postgres))
                    .hasMessageContaining("docs/operations.md");
        }
        database.execute("update installation set billing_zone = 'Europe/Berlin'");
        start("Europe/Berlin");
    }

    /** What an earlier version froze and both read alike goes on. */
    @ParameterizedTest
    @ValueSource(strings = {"EST5EDT", "GMT", "Etc/GMT-2", "Z", "Japan"})
    void goesOnWithWhatBothReadAlike(String frozen) {
        database.execute("insert into installation (billing_zone) values ('" + frozen + "')");
        start("");
        start(frozen);
    }

    private static void start(String configured) {
        new BillingZone(
                        JdbcClient.create(database.dataSource()),
                        new BillingZoneSettings(configured))
                .afterPropertiesSet();
    }

    private static String zones() {
        return database.text("select max(billing_zone) from installation");
    }
}
