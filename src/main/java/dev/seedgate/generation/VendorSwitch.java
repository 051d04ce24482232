package dev.seedgate.generation;

import dev.seedgate.shared.StartupProblem;
import dev.seedgate.upstream.Vendor;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Refuses to start with another vendor than the one that open tasks are at: it would be asked for
 * clips it has never heard of, and the real one would be paid for what was meant for the sandbox.
 */
@Component
class VendorSwitch implements InitializingBean {

    private final JdbcClient jdbc;
    private final Vendor vendor;

    VendorSwitch(JdbcClient jdbc, Vendor vendor) {
        this.jdbc = jdbc;
        this.vendor = vendor;
    }

    @Override
    public void afterPropertiesSet() {
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
            throw new StartupProblem(
                    vendor.isSandbox()
                            ? "%d tasks of the real vendor are open: set SEEDGATE_UPSTREAM_API_KEY, or use another database to try the sandbox."
                                    .formatted(open)
                            : "%d sandbox tasks are open: start once more without SEEDGATE_UPSTREAM_API_KEY until they have ended, or use another database for the real vendor."
                                    .formatted(open));
        }
    }
}
