package dev.seedgate.billing.statement;

import dev.seedgate.billing.integrity.DailyRollup;
import dev.seedgate.platform.database.BillingCalendar;
import dev.seedgate.platform.database.BillingCalendar.Range;
import dev.seedgate.platform.reporting.ReportSettings;
import dev.seedgate.platform.reporting.ReportingDatabase;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.web.api.CsvBody;
import dev.seedgate.platform.web.api.CsvWriter;
import dev.seedgate.vendor.client.Vendor;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import tools.jackson.databind.json.JsonMapper;

/**
 * The FOCUS 1.1 export of the priced usage: a row for what was charged and one for what was
 * refunded of each day, team, project, key and preset. Quantities are credits and add up to the
 * report's net; costs are not rounded, which statements are once for each team.
 */
@Service
class FocusReports {

    /** ISO 4217 for no currency: while there is no price, nothing costs anything. */
    private static final String NO_CURRENCY = "XXX";

    private static final String NAMES =
            "day, priced_on, team_slug, team_id, project, cost_center, preset, key_id, key_name, charged, refunded";

    private static final String ROWS =
            """
            with moved as (
                select %1$s from usage_day
                where day >= :firstDay and day < :lastDay and upstream = :upstream
                union all
                select %1$s from usage_movement
                where at >= :from and at < :head and upstream = :upstream
                union all
                select %1$s from usage_movement
                where at >= :tail and at < :to and upstream = :upstream
            ), priced as (
                select priced_on, (select per_credit from credit_price where effective_from <= priced_on
                                   order by effective_from desc, version desc limit 1) as per_credit
                from (select distinct priced_on from moved) d
            )
            select m.day, m.team_slug, t.name as team_name, m.project, m.cost_center, m.preset, m.key_id,
                m.key_name, k.refund, p.per_credit, sum(k.credits)::bigint as credits
            from moved m join team_limits t on t.id = m.team_id
                left join priced p on p.priced_on = m.priced_on
                cross join lateral (values (false, m.charged), (true, -m.refunded)) k (refund, credits)
            where k.credits <> 0
            group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
            order by m.day, m.team_slug collate "C", m.project collate "C" nulls last, m.key_id nulls last,
                m.preset collate "C", m.cost_center collate "C" nulls last, k.refund, p.per_credit
            """
                    .formatted(NAMES);

    private static final List<String> COLUMNS =
            List.of(
                    "BilledCost",
                    "BillingAccountId",
                    "BillingAccountName",
                    "BillingCurrency",
                    "BillingPeriodStart",
                    "BillingPeriodEnd",
                    "ChargeCategory",
                    "ChargeClass",
                    "ChargeDescription",
                    "ChargeFrequency",
                    "ChargePeriodStart",
                    "ChargePeriodEnd",
                    "ConsumedQuantity",
                    "ConsumedUnit",
                    "ContractedCost",
                    "ContractedUnitPrice",
                    "EffectiveCost",
                    "InvoiceIssuerName",
                    "ListCost",
                    "ListUnitPrice",
                    "PricingCategory",
                    "PricingQuantity",
                    "PricingUnit",
                    "ProviderName",
                    "PublisherName",
                    "ResourceId",
                    "ResourceName",
                    "ResourceType",
                    "ServiceCategory",
                    "ServiceName",
                    "SkuId",
                    "SkuPriceId",
                    "SubAccountId",
                    "SubAccountName",
                    "Tags");

    private final ReportingDatabase reporting;
    private final BillingCalendar calendar;
    private final Prices prices;
    private final Vendor vendor;
    private final ReportSettings settings;
    private final JsonMapper json;

    FocusReports(
            ReportingDatabase reporting,
            BillingCalendar calendar,
            Prices prices,
            Vendor vendor,
            ReportSettings settings,
            JsonMapper json) {
        this.reporting = reporting;
        this.calendar = calendar;
        this.prices = prices;
        this.vendor = vendor;
        this.settings = settings;
        this.json = json;
    }

    /** The rows; too many are {@code INVALID_REQUEST}, like a range that is none. */
    public FocusReport report(@Nullable String from, @Nullable String to) {
        Range range = calendar.range(from, to);
        String currency = currency();
        List<Map<String, @Nullable Object>> rows =
                reporting.read(
                        null,
                        jdbc ->
                                jdbc.sql(ROWS + " limit :limit")
                                        .params(parameters(jdbc, range))
                                        .param("limit", settings.reportMaxRows() + 1)
                                        .query((row, _) -> cells(row, range.zone(), currency))
                                        .list());
        if (rows.size() > settings.reportMaxRows()) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST,
                    "There are more than %d rows; take a shorter time or format=csv."
                            .formatted(settings.reportMaxRows()));
        }
        return new FocusReport(rows, vendor.isSandbox());
    }

    /** The same as CSV, written as it is read. */
    public CsvBody csv(@Nullable String from, @Nullable String to) {
        Range range = calendar.range(from, to);
        String currency = currency();
        return client ->
                reporting.download(
                        null,
                        client,
                        (jdbc, out) -> write(jdbc, range, currency, new CsvWriter(out)));
    }

    private void write(JdbcClient jdbc, Range range, String currency, CsvWriter csv) {
        COLUMNS.forEach(csv::text);
        csv.end();
        jdbc.sql(ROWS)
                .params(parameters(jdbc, range))
                .query(row -> {
                    cells(row, range.zone(), currency).values().forEach(csv::cell);
                    csv.end();
                });
        csv.flush();
    }

    /** A file name that says whose figures these are. */
    public String fileName() {
        return vendor.isSandbox() ? "focus-SANDBOX" : "focus";
    }

    private String currency() {
        var known = prices.currency();
        return known == null ? NO_CURRENCY : known.getCurrencyCode();
    }

    private Map<String, Object> parameters(JdbcClient jdbc, Range range) {
        Map<String, Object> parameters = new HashMap<>(DailyRollup.slice(jdbc, range).parameters());
        parameters.put("upstream", vendor.name());
        return parameters;
    }

    private Map<String, @Nullable Object> cells(ResultSet row, ZoneId zone, String currency)
            throws SQLException {
        LocalDate day = row.getObject("day", LocalDate.class);
        YearMonth month = YearMonth.from(day);
        long credits = row.getLong("credits");
        String preset = row.getString("preset");
        BigDecimal price = row.getBigDecimal("per_credit");
        BigDecimal unit = plain(price == null ? BigDecimal.ZERO : price);
        BigDecimal cost = plain(unit.multiply(BigDecimal.valueOf(credits)));
        Long key = row.getObject("key_id", Long.class);
        String seller = vendor.isSandbox() ? "Seedgate SANDBOX" : "Seedgate";
        Map<String, @Nullable Object> cells = new LinkedHashMap<>();
        COLUMNS.forEach(column -> cells.put(column, null));
        for (String column : List.of("BilledCost", "ContractedCost", "EffectiveCost", "ListCost")) {
            cells.put(column, cost);
        }
        cells.put("BillingAccountId", "seedgate");
        cells.put("BillingAccountName", seller);
        cells.put("BillingCurrency", currency);
        cells.put("BillingPeriodStart", start(month.atDay(1), zone));
        cells.put("BillingPeriodEnd", start(month.plusMonths(1).atDay(1), zone));
        cells.put("ChargeCategory", "Usage");
        cells.put(
                "ChargeDescription",
                (row.getBoolean("refund") ? "Refunded clips, " : "Clips, ") + preset);
        cells.put("ChargeFrequency", "Usage-Based");
        cells.put("ChargePeriodStart", start(day, zone));
        cells.put("ChargePeriodEnd", start(day.plusDays(1), zone));
        cells.put("ConsumedQuantity", credits);
        cells.put("ConsumedUnit", "Credits");
        cells.put("ContractedUnitPrice", unit);
        cells.put("ListUnitPrice", unit);
        cells.put("PricingCategory", "Standard");
        cells.put("PricingQuantity", credits);
        cells.put("PricingUnit", "Credits");
        for (String column : List.of("InvoiceIssuerName", "ProviderName")) {
            cells.put(column, seller);
        }
        cells.put("PublisherName", vendor.name());
        cells.put("ResourceId", key == null ? null : "key-" + key);
        cells.put("ResourceName", row.getString("key_name"));
        cells.put("ResourceType", "API key");
        cells.put("ServiceCategory", "AI and Machine Learning");
        cells.put("ServiceName", "Seedance 1.5 Pro");
        cells.put("SkuId", preset);
        cells.put("SkuPriceId", preset);
        cells.put("SubAccountId", row.getString("team_slug"));
        cells.put("SubAccountName", row.getString("team_name"));
        cells.put("Tags", tags(row));
        return cells;
    }

    private String tags(ResultSet row) throws SQLException {
        Map<String, String> tags = new LinkedHashMap<>();
        for (String name : List.of("project", "cost_center")) {
            String value = row.getString(name);
            if (value != null) {
                tags.put(name, value);
            }
        }
        return json.writeValueAsString(tags);
    }

    private static String start(LocalDate day, ZoneId zone) {
        return day.atStartOfDay(zone).toInstant().toString();
    }

    private static BigDecimal plain(BigDecimal number) {
        BigDecimal stripped = number.stripTrailingZeros();
        return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
    }
}
