package dev.seedgate.operations.startup;

import dev.seedgate.platform.values.StartupException;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What the database is asked for before anything else.
 *
 * @param databaseStartupWait how long a start waits for a database that does not answer yet: both
 *     are often started together
 * @param migrateOnly whether this run applies the migrations and ends
 */
@ConfigurationProperties("seedgate")
record DatabaseSettings(
        @DefaultValue("30s") Duration databaseStartupWait,
        @DefaultValue("false") boolean migrateOnly) {

    private static final Duration LONGEST_WAIT = Duration.ofHours(1);

    /** Bound before there is a validator. */
    DatabaseSettings {
        if (databaseStartupWait.isNegative() || databaseStartupWait.compareTo(LONGEST_WAIT) > 0) {
            throw new StartupException("SEEDGATE_DATABASE_STARTUP_WAIT must be from 0 to 1h.");
        }
    }
}
