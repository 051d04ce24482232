package dev.seedgate.access.apikey;

import dev.seedgate.platform.telemetry.Loops;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Counts changes of keys and of whom they belong to in the database, so that every replica learns
 * within a second that what it remembers of them is old. A counter that is read beats NOTIFY: a
 * missed message can't be missed for ever.
 */
@Component
public class ApiKeyCacheVersion {

    // Three looks: what is remembered is not relied upon when they did not come through.
    private static final long STALE_NANOS = Duration.ofSeconds(3).toNanos();

    private final JdbcClient jdbc;
    private final AtomicLong seen = new AtomicLong(-1);
    private volatile long seenAtNanos = System.nanoTime();

    ApiKeyCacheVersion(JdbcClient jdbc, KeySettings settings, Loops loops) {
        this.jdbc = jdbc;
        loops.every(settings.keyCacheCheckInterval(), "key-revision", this::look);
    }

    /** Tells everybody, once the surrounding transaction commits. */
    public void advance() {
        jdbc.sql("update revision set version = version + 1 where name = 'keys'").update();
    }

    /** Reads how far it has come. */
    void look() {
        long asked = System.nanoTime();
        long version =
                jdbc.sql("select version from revision where name = 'keys'")
                        .query(Long.class)
                        .single();
        seen.accumulateAndGet(version, Math::max);
        seenAtNanos = asked;
    }

    /** Whether it is unknown how far it has come: keys are then looked up again. */
    boolean isStale() {
        return System.nanoTime() - seenAtNanos > STALE_NANOS;
    }

    long seen() {
        return seen.get();
    }
}
