package dev.seedgate.credit;

import dev.seedgate.shared.ErrorCode;
import dev.seedgate.shared.GatewayException;
import dev.seedgate.shared.StartupProblem;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.lang.Contract;
import org.springframework.stereotype.Component;

/**
 * The zone whose months and days quotas and reports count in. Frozen at the first start: another
 * one later would move past entries into other months.
 */
@Component
public class BillingZone implements InitializingBean {

    private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant LAST = Instant.parse("9999-12-31T00:00:00Z");

    private final JdbcClient jdbc;
    private final String configured;
    private ZoneId zone = ZoneOffset.UTC;

    BillingZone(JdbcClient jdbc, @Value("${seedgate.billing-zone:}") String configured) {
        this.jdbc = jdbc;
        this.configured = configured;
    }

    @Override
    public void afterPropertiesSet() {
        String wanted = configured.isBlank() ? "UTC" : valid(configured);
        jdbc.sql("insert into installation (billing_zone) values (:zone) on conflict do nothing")
                .param("zone", wanted)
                .update();
        String frozen =
                jdbc.sql("select billing_zone from installation").query(String.class).single();
        if (!configured.isBlank() && !frozen.equals(configured)) {
            throw new StartupProblem(
                    "SEEDGATE_BILLING_ZONE is %s, but this database has been billing in %s since its first start. Set it to %s or leave it unset."
                            .formatted(configured, frozen, frozen));
        }
        zone = ZoneId.of(frozen);
    }

    /**
     * What a caller means by a date, at its start in this zone, or by an instant; in UTC.
     *
     * @param field how the caller calls it, for the {@code INVALID_REQUEST} that a bad one draws
     * @param text null where the caller leaves it open, as is then the answer
     */
    @Contract("_, !null -> !null")
    public @Nullable OffsetDateTime moment(String field, @Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            // A plus sign that was not encoded arrives as a space.
            Instant instant =
                    text.length() == 10
                            ? LocalDate.parse(text).atStartOfDay(zone).toInstant()
                            : OffsetDateTime.parse(text.replace(' ', '+')).toInstant();
            if (instant.isBefore(FIRST) || instant.isAfter(LAST)) {
                throw new GatewayException(
                        ErrorCode.INVALID_REQUEST, field + " must lie in the years 1 to 9999.");
            }
            return instant.atOffset(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            throw new GatewayException(
                    ErrorCode.INVALID_REQUEST,
                    field
                            + " must be a date like 2026-11-01 (in the billing zone) or an instant like 2026-11-01T00:00:00Z.");
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
