package dev.seedgate.key;

import java.util.concurrent.atomic.AtomicLong;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Counts changes of keys and of whom they belong to in the database, so that every replica learns
 * within a second that what it remembers of them is old. A counter that is read beats NOTIFY: a
 * missed message can't be missed for ever.
 */
@Component
public class KeyRevision {

    private final JdbcClient jdbc;
    private final AtomicLong seen = new AtomicLong(-1);

    KeyRevision(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Tells everybody, once the surrounding transaction commits. */
    public void advance() {
        jdbc.sql("update revision set version = version + 1 where name = 'keys'").update();
    }

    /** Reads how far it has come. */
    @Scheduled(fixedDelayString = "${seedgate.revision-interval:1s}")
    void look() {
        seen.set(
                jdbc.sql("select version from revision where name = 'keys'")
                        .query(Long.class)
                        .single());
    }

    long seen() {
        return seen.get();
    }
}
