package dev.seedgate.sandbox;

import dev.seedgate.telemetry.Loops;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Deletes what was ordered longer ago than the sandbox keeps it, clips' links and all. Every
 * replica may make a step at any time: what one has locked, another passes over.
 */
@SandboxOnly
@Component
class Expiry {

    private final JdbcClient jdbc;
    private final Renders renders;
    private final SandboxSettings settings;

    Expiry(JdbcClient jdbc, Renders renders, SandboxSettings settings, Loops loops) {
        this.jdbc = jdbc;
        this.renders = renders;
        this.settings = settings;
        loops.every(settings.sandboxExpiryInterval(), "sandbox-expiry", this::step);
    }

    /** One step of bounded size; answers how many rows it deleted. */
    int step() {
        // What is given back is read off the tasks that failed.
        renders.refundFailed();
        return delete("sandbox_task", "created_at", "id")
                + delete("sandbox_refusal", "last_at", "order_hash");
    }

    private int delete(String table, String time, String key) {
        return jdbc.sql(
                        """
                        with old as materialized (
                            select %3$s from %1$s
                            where %2$s < gateway_now() - make_interval(secs => :seconds)
                            order by %2$s limit :batch for update skip locked)
                        delete from %1$s t using old where t.%3$s = old.%3$s
                        """
                                .formatted(table, time, key))
                .param("seconds", settings.sandboxRetention().toSeconds())
                .param("batch", settings.sandboxExpiryBatch())
                .update();
    }
}
