package dev.seedgate.platform.database;

import java.time.Instant;
import org.springframework.data.jpa.repository.NativeQuery;

/**
 * What a repository extends to tell the database's time: the one clock on which renders and the
 * ends of keys are counted, whichever replica begins and ends them.
 */
public interface DatabaseClock {

    @NativeQuery("select gateway_now()")
    Instant now();
}
