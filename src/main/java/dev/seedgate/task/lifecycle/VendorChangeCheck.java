package dev.seedgate.task.lifecycle;

import dev.seedgate.platform.values.StartupException;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.vendor.client.Vendor;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * The check at start-up that refuses another vendor than the one that open tasks are at: it would
 * be asked for clips it has never heard of, and the real one would be paid for what was meant for
 * the sandbox.
 */
@Component
class VendorChangeCheck implements InitializingBean {

    private final JdbcClient jdbc;
    private final Vendor vendor;
    private final TaskExpiry expiry;
    private final boolean cancels;

    VendorChangeCheck(
            JdbcClient jdbc, Vendor vendor, TaskExpiry expiry, GenerationSettings settings) {
        this.jdbc = jdbc;
        this.vendor = vendor;
        this.expiry = expiry;
        cancels = settings.cancelSandboxTasks();
    }

    @Override
    public void afterPropertiesSet() {
        if (cancels && !vendor.isSandbox()) {
            jdbc.sql(
                            """
                            select id from task
                            where phase not in ('SUCCEEDED', 'FAILED') and upstream = :sandbox
                            """)
                    .param("sandbox", Vendor.SANDBOX)
                    .query(String.class)
                    .list()
                    .forEach(id -> expiry.cancelSandboxTask(new TaskId(id)));
        }
        long open =
                jdbc.sql(
                                """
                                select count(*) from task
                                where phase not in ('SUCCEEDED', 'FAILED') and upstream <> :vendor
                                """)
                        .param("vendor", vendor.name())
                        .query(Long.class)
                        .single();
        if (open > 0) {
            throw new StartupException(
                    vendor.isSandbox()
                            ? "%d tasks of the real vendor are open: set SEEDGATE_UPSTREAM_API_KEY, or use another database to try the sandbox."
                                    .formatted(open)
                            : "%d sandbox tasks are open: start once with SEEDGATE_CANCEL_SANDBOX_TASKS=true, which fails and refunds them, or without SEEDGATE_UPSTREAM_API_KEY until they have ended, or use another database for the real vendor."
                                    .formatted(open));
        }
    }
}
