package dev.seedgate.vendor.sandbox;

import dev.seedgate.platform.database.Loop;
import java.time.Duration;
import org.springframework.context.SmartLifecycle;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Loop that deletes tasks older than the sandbox keeps them, with their clips' links. Every replica
 * may make a step at any time: what one has locked, another passes over.
 */
@SandboxOnly
@Component
class SandboxCleanup implements SmartLifecycle {

    private final Loop loop;
    private final JdbcClient jdbc;
    private final SandboxTasks tasks;
    private final SandboxSettings settings;

    SandboxCleanup(JdbcClient jdbc, SandboxTasks tasks, SandboxSettings settings) {
        this.jdbc = jdbc;
        this.tasks = tasks;
        this.settings = settings;
        Duration interval = settings.sandboxExpiryInterval();
        loop =
                new Loop(
                        "sandbox-expiry",
                        () -> {
                            deleteExpired();
                            return interval;
                        },
                        interval,
                        () -> {});
    }

    @Override
    public void start() {
        loop.start();
    }

    @Override
    public void stop() {
        loop.stop();
    }

    @Override
    public boolean isRunning() {
        return loop.isRunning();
    }

    /** One step of bounded size; answers how many rows it deleted. */
    int deleteExpired() {
        // What is given back is read off the tasks that failed.
        tasks.refundFailed();
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
