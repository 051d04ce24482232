package dev.seedgate.access.apikey;

import dev.seedgate.platform.telemetry.Loops;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Version of all keys and their owners, a counter in the database: a change advances it, so that
 * every replica knows within a second that what it has cached is old. A counter that is read beats
 * NOTIFY: a missed message can't be missed for ever.
 */
@Component
public class ApiKeyCacheVersion {

    // Three failed reads in a row: what is cached is then not relied upon.
    private static final long STALE_NANOS = Duration.ofSeconds(3).toNanos();

    private final JdbcClient jdbc;
    private final AtomicLong seen = new AtomicLong(-1);
    private volatile long seenAtNanos = System.nanoTime();

    ApiKeyCacheVersion(JdbcClient jdbc, KeySettings settings, Loops loops) {
        this.jdbc = jdbc;
        loops.every(settings.keyCacheCheckInterval(), "key-revision", this::refresh);
    }

    /** Invalidates the caches of all replicas, once the surrounding transaction commits. */
    public void advance() {
        jdbc.sql("update revision set version = version + 1 where name = 'keys'").update();
    }

    /** Reads the version. */
    void refresh() {
        long asked = System.nanoTime();
        long version =
                jdbc.sql("select version from revision where name = 'keys'")
                        .query(Long.class)
                        .single();
        seen.accumulateAndGet(version, Math::max);
        seenAtNanos = asked;
    }

    /** Whether the version could not be read for 3 s: keys are then looked up again. */
    boolean isStale() {
        return System.nanoTime() - seenAtNanos > STALE_NANOS;
    }

    long seen() {
        return seen.get();
    }
}
