package dev.seedgate.platform.database;

import java.time.Instant;
import org.springframework.data.jpa.repository.NativeQuery;

/**
 * Clock of the database, for a repository to extend: the one by which renders and the ends of keys
 * are timed, whichever replica begins and ends them.
 */
public interface DatabaseClock {

    @NativeQuery("select gateway_now()")
    Instant now();
}
