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

    // As many as a start counts: of the millions that can be open, how many is no help.
    private static final int MOST = 1000;

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
                            where phase = any (:open) and upstream = :sandbox
                            """)
                    .param("open", Phase.open())
                    .param("sandbox", Vendor.SANDBOX)
                    .query(String.class)
                    .list()
                    .forEach(id -> expiry.cancelSandboxTask(new TaskId(id)));
        }
        // Not <>, which no index serves: nearly all are of one vendor. In the order of an index, so
        // that it is used too when all are of another.
        long open =
                jdbc.sql(
                                """
                                select count(*) from unnest(:open) p (phase) cross join lateral (
                                    select from task
                                    where phase = p.phase
                                        and (upstream < :vendor or upstream > :vendor)
                                    order by id limit :most) t
                                """)
                        .param("open", Phase.open())
                        .param("vendor", vendor.name())
                        .param("most", MOST)
                        .query(Long.class)
                        .single();
        if (open > 0) {
            String counted = open < MOST ? String.valueOf(open) : MOST + " or more";
            throw new StartupException(
                    vendor.isSandbox()
                            ? "%s tasks of the real vendor are open: set SEEDGATE_UPSTREAM_API_KEY, or use another database to try the sandbox."
                                    .formatted(counted)
                            : "%s sandbox tasks are open: start once with SEEDGATE_CANCEL_SANDBOX_TASKS=true, which fails and refunds them, or without SEEDGATE_UPSTREAM_API_KEY until they have ended, or use another database for the real vendor."
                                    .formatted(counted));
        }
    }
}
