package dev.seedgate.credit;

import dev.seedgate.shared.StartupProblem;
import java.time.DateTimeException;
import java.time.ZoneId;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * The zone whose months and days quotas and reports count in. Frozen at the first start: another
 * one later would move past entries into other months.
 */
@Component
class BillingZone implements InitializingBean {

    private final JdbcClient jdbc;
    private final String configured;

    BillingZone(JdbcClient jdbc, @Value("${seedgate.billing-zone:}") String configured) {
        this.jdbc = jdbc;
        this.configured = configured;
    }

    @Override
    public void afterPropertiesSet() {
        String zone = configured.isBlank() ? "UTC" : valid(configured);
        jdbc.sql("insert into installation (billing_zone) values (:zone) on conflict do nothing")
                .param("zone", zone)
                .update();
        String frozen =
                jdbc.sql("select billing_zone from installation").query(String.class).single();
        if (!configured.isBlank() && !frozen.equals(configured)) {
            throw new StartupProblem(
                    "SEEDGATE_BILLING_ZONE is %s, but this database has been billing in %s since its first start. Set it to %s or leave it unset."
                            .formatted(configured, frozen, frozen));
        }
    }

    private static String valid(String zone) {
        try {
            return ZoneId.of(zone).getId();
        } catch (DateTimeException e) {
            throw new StartupProblem(
                    "SEEDGATE_BILLING_ZONE is %s, which is no time zone. Use a name like Europe/Berlin."
                            .formatted(zone));
        }
    }
}
