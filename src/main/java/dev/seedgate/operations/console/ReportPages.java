package dev.seedgate.operations.console;

import dev.seedgate.billing.integrity.LedgerVerifier;
import dev.seedgate.billing.integrity.Reconciliation;
import dev.seedgate.billing.integrity.Reconciliations;
import dev.seedgate.billing.integrity.VerificationReport;
import dev.seedgate.billing.statement.StatementDocument;
import dev.seedgate.billing.statement.Statements;
import dev.seedgate.billing.usage.UsageEntries;
import dev.seedgate.billing.usage.UsageEntry;
import dev.seedgate.billing.usage.UsageFigure;
import dev.seedgate.billing.usage.UsageQuery;
import dev.seedgate.billing.usage.UsageReports;
import dev.seedgate.platform.database.BillingCalendar;
import dev.seedgate.platform.database.BillingCalendar.Moment;
import dev.seedgate.platform.database.BillingCalendar.Range;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.Page;
import dev.seedgate.platform.web.api.CsvBody;
import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Instant;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.util.UriComponentsBuilder;

/** The console's page of reports: what was used, and how a month stands before it is closed. */
@Hidden
@Controller
class ReportPages {

    private static final String PATH = "/console/reports";
    private static final int SHOWN = 50;
    private static final int MONTHS = 12;
    private static final int ITEMS = 20;

    private final UsageReports usage;
    private final UsageEntries entries;
    private final Statements statements;
    private final Reconciliations reconciliations;
    private final LedgerVerifier verifier;
    private final BillingCalendar calendar;

    ReportPages(
            UsageReports usage,
            UsageEntries entries,
            Statements statements,
            Reconciliations reconciliations,
            LedgerVerifier verifier,
            BillingCalendar calendar) {
        this.usage = usage;
        this.entries = entries;
        this.statements = statements;
        this.reconciliations = reconciliations;
        this.verifier = verifier;
        this.calendar = calendar;
    }

    /** The report; with a {@code month}, of that month and with what stands in its way. */
    @GetMapping(path = PATH, params = "!format")
    String reports(
            @RequestParam(required = false) @Nullable String from,
            @RequestParam(required = false) @Nullable String to,
            @RequestParam(name = "group_by", defaultValue = "team") List<String> groupBy,
            @RequestParam(required = false) @Nullable String month,
            @RequestParam(required = false) @Nullable String all,
            HttpServletResponse response,
            Model model) {
        Moment now = calendar.now();
        YearMonth current = now.month();
        List<YearMonth> months = new ArrayList<>();
        for (int i = 0; i < MONTHS; i++) {
            months.add(current.minusMonths(i));
        }
        model.addAttribute("months", months);
        model.addAttribute("words", UsageTable.words());
        model.addAttribute("groupBy", groupBy);
        model.addAttribute("month", month);
        try {
            boolean ofMonth = month != null && !month.isBlank();
            YearMonth chosen =
                    month == null || month.isBlank() ? current : BillingCalendar.month(month);
            String first = chosen.atDay(1).toString();
            String next = chosen.plusMonths(1).atDay(1).toString();
            String since = ofMonth ? first : or(from, first);
            String until = ofMonth ? next : or(to, next);
            model.addAttribute("from", since);
            model.addAttribute("to", until);
            String self = url(since, until, groupBy);
            model.addAttribute("csv", self + "&format=csv");
            model.addAttribute("allRows", self + "&all=1");
            UsageTable table =
                    UsageTable.of(
                            usage.report(new UsageQuery(null, since, until, groupBy)),
                            since,
                            until,
                            all == null ? SHOWN : Integer.MAX_VALUE);
            Range range = calendar.range(since, until);
            VerificationReport audit = verifier.report();
            model.addAttribute("table", table);
            model.addAttribute("charts", charts(since, until, range));
            model.addAttribute("audit", audit);
            model.addAttribute("ledger", entries.sum(table.all().entries(UsageFigure.NET)));
            model.addAttribute("goesOn", range.to().isAfter(now.now()));
            if (ofMonth) {
                addMonth(chosen, range.to(), now.now(), table.total().uncertain(), audit, model);
            }
        } catch (ApiException e) {
            Forms.refuse(e, response, model);
            model.addAttribute("from", from);
            model.addAttribute("to", to);
        }
        return "console/reports";
    }

    /** The same query as a file. */
    @GetMapping(path = PATH, params = "format")
    void csv(
            @RequestParam(required = false) @Nullable String from,
            @RequestParam(required = false) @Nullable String to,
            @RequestParam(name = "group_by", defaultValue = "team") List<String> groupBy,
            @RequestParam String format,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        CsvBody.require(format, request);
        usage.csv(new UsageQuery(null, from, to, groupBy)).send(response, usage.fileName(), "1");
    }

    /** The entries that a figure is made of; a query that means nothing is told. */
    @GetMapping(EntryFilter.PATH)
    String entries(
            @RequestParam Map<String, String> query, HttpServletResponse response, Model model) {
        String cursor = query.get("cursor");
        model.addAttribute("first", cursor == null);
        try {
            EntryFilter filter = EntryFilter.in(query);
            Page<UsageEntry> page = entries.find(filter.query(), cursor, SHOWN);
            model.addAttribute("filter", filter);
            model.addAttribute("entries", page.items());
            model.addAttribute("next", page.nextCursor());
            model.addAttribute("sum", entries.sum(filter.query()));
        } catch (ApiException e) {
            Forms.refuse(e, response, model);
        }
        return "console/entries";
    }

    private void addMonth(
            YearMonth month,
            Instant end,
            Instant now,
            long uncertain,
            VerificationReport audit,
            Model model) {
        StatementDocument document = statements.get(month.toString());
        Reconciliation reconciliation =
                reconciliations.page(
                        month.atDay(1).toString(),
                        month.plusMonths(1).atDay(1).toString(),
                        null,
                        ITEMS);
        model.addAttribute("statement", document.statement());
        model.addAttribute("closed", document.digest() != null);
        model.addAttribute("reconciliation", reconciliation);
        model.addAttribute(
                "close",
                MonthClose.of(
                        month,
                        end,
                        statements.closableFrom(month),
                        now,
                        document.statement(),
                        audit,
                        verifier.uncheckedSince(end),
                        reconciliation,
                        uncertain));
    }

    /** The pictures of a time; the figures are worth showing without them, too. */
    private @Nullable UsageCharts charts(String from, String to, Range range) {
        try {
            return UsageCharts.of(
                    usage.report(new UsageQuery(null, from, to, UsageCharts.groups(range))), range);
        } catch (ApiException _) {
            // Too many teams for one answer, or too many reports are being read.
            return null;
        }
    }

    /** The report of a time by these words. */
    static String url(String from, String to, List<String> groupBy) {
        UriComponentsBuilder url = UriComponentsBuilder.fromPath(PATH);
        Map<String, String> values = new LinkedHashMap<>(Map.of("from", from, "to", to));
        url.queryParam("from", "{from}").queryParam("to", "{to}");
        for (int i = 0; i < groupBy.size(); i++) {
            url.queryParam("group_by", "{by" + i + "}");
            values.put("by" + i, groupBy.get(i));
        }
        return url.encode().buildAndExpand(values).toUriString();
    }

    /** What was typed, or where that is nothing the other. */
    static String or(@Nullable String text, String otherwise) {
        return text == null || text.isBlank() ? otherwise : text.strip();
    }
}
