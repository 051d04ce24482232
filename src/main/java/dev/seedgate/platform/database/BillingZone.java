package dev.seedgate.platform.database;

import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.StartupException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.lang.Contract;
import org.springframework.stereotype.Component;

/**
 * Time zone whose months and days quotas and reports count in: UTC, or a region by its name. Both
 * Java and PostgreSQL cut days by it, so a name that they read differently is none. Frozen at the
 * first start: another one later would move past entries into other months.
 */
@Component
public class BillingZone implements InitializingBean {

    private static final String UTC = "UTC";
    // Etc/GMT-2 is a region by its form only: two hours east, and PostgreSQL's GMT-2 is too.
    private static final Pattern REGION =
            Pattern.compile("^(?!Etc/)[A-Z][A-Za-z_]*(/[A-Za-z0-9_+-]+)+");
    // Two years to either side: every change of the clock that bills will see for long.
    private static final int DAYS_COMPARED = 730;
    private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant LAST = Instant.parse("9999-12-31T00:00:00Z");

    private final JdbcClient jdbc;
    private final String configured;
    private ZoneId zone = ZoneOffset.UTC;

    BillingZone(JdbcClient jdbc, BillingZoneSettings settings) {
        this.jdbc = jdbc;
        configured = settings.billingZone();
    }

    @Override
    public void afterPropertiesSet() {
        if (frozen().isEmpty()) {
            freeze(configured.isBlank() ? UTC : region(configured));
        }
        String frozen = frozen().orElseThrow();
        zone = readAlike(frozen);
        if (!configured.isBlank() && !frozen.equals(configured)) {
            throw new StartupException(
                    "SEEDGATE_BILLING_ZONE is %s, but this database has been billing in %s since its first start. Set it to %s or leave it unset."
                            .formatted(configured, frozen, frozen));
        }
    }

    private Optional<String> frozen() {
        return jdbc.sql("select billing_zone from installation").query(String.class).optional();
    }

    private void freeze(String wanted) {
        jdbc.sql("insert into installation (billing_zone) values (:zone) on conflict do nothing")
                .param("zone", wanted)
                .update();
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
                throw new ApiException(
                        ErrorCode.INVALID_REQUEST, field + " must lie in the years 1 to 9999.");
            }
            return instant.atOffset(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST,
                    field
                            + " must be a date like 2026-11-01 (in the billing zone) or an instant like 2026-11-01T00:00:00Z.");
        }
    }

    /** The name of a region that Java and PostgreSQL know by this name and read alike. */
    private String region(String name) {
        boolean known =
                name.equals(UTC)
                        || (REGION.matcher(name).matches()
                                && ZoneId.getAvailableZoneIds().contains(name)
                                && knownToDatabase(name));
        if (!known) {
            throw new StartupException(
                    "SEEDGATE_BILLING_ZONE is %s, which names no region. Use UTC or a name like %s; an offset has no summer time, and PostgreSQL reads its sign the other way round."
                            .formatted(name, similar(name)));
        }
        offsets(name, DAYS_COMPARED)
                .forEach(offset -> {
                    if (!offset.alike(ZoneId.of(name))) {
                        throw new StartupException(
                                "SEEDGATE_BILLING_ZONE is %s, which Java and PostgreSQL read differently at %s: bring the time zone data of both up to date, or use another region."
                                        .formatted(name, offset.at()));
                    }
                });
        return name;
    }

    private boolean knownToDatabase(String name) {
        return jdbc.sql("select exists (select from pg_timezone_names where name = :name)")
                .param("name", name)
                .query(Boolean.class)
                .single();
    }

    private static String similar(String name) {
        String plain = name.strip();
        return ZoneId.getAvailableZoneIds().stream()
                .filter(it -> it.equalsIgnoreCase(plain))
                .filter(it -> it.equals(UTC) || REGION.matcher(it).matches())
                .findAny()
                .orElse("Europe/Berlin");
    }

    /** The zone that was frozen, perhaps by a version that took offsets too. */
    private ZoneId readAlike(String frozen) {
        ZoneId read = ZoneId.of(frozen);
        offsets(frozen, 0)
                .forEach(offset -> {
                    if (!offset.alike(read)) {
                        throw new StartupException(
                                "This database has been billing in %s, which Java takes for UTC%s and PostgreSQL for UTC%s. Name a region instead, once, as the tables' owner: the statements are in docs/operations.md, under \"Billing zone\"."
                                        .formatted(
                                                frozen,
                                                read.getRules().getOffset(offset.at()).getId(),
                                                ZoneOffset.ofTotalSeconds(offset.seconds())
                                                        .getId()));
                    }
                });
        return read;
    }

    /** PostgreSQL's offsets of a zone, now and at this time of so many days before and after. */
    private List<Offset> offsets(String name, int days) {
        return jdbc.sql(
                        """
                        select extract(epoch from at) as at,
                            extract(epoch from (at at time zone :zone) - (at at time zone 'UTC'))::int as seconds
                        from (select gateway_now() + n * interval '1 day' as at
                              from generate_series(-cast(:days as int), :days) n) s
                        """)
                .param("zone", name)
                .param("days", days)
                .query((row, _) ->
                        new Offset(Instant.ofEpochSecond(row.getLong("at")), row.getInt("seconds")))
                .list();
    }

    private record Offset(Instant at, int seconds) {

        boolean alike(ZoneId zone) {
            return zone.getRules().getOffset(at).getTotalSeconds() == seconds;
        }
    }
}
