package dev.seedgate.operations.startup;

import dev.seedgate.platform.values.StartupException;
import java.time.Duration;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The settings under {@code seedgate.database}.
 *
 * @param startupWait how long a start waits for a database that does not answer yet: both are often
 *     started together
 */
record DatabaseSettings(@DefaultValue("30s") Duration startupWait) {

    private static final Duration LONGEST_WAIT = Duration.ofHours(1);

    /** Bound before there is a validator. */
    DatabaseSettings {
        if (startupWait.isNegative() || startupWait.compareTo(LONGEST_WAIT) > 0) {
            throw new StartupException("SEEDGATE_DATABASE_STARTUP_WAIT must be from 0 to 1h.");
        }
    }
}
