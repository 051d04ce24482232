package dev.seedgate.operations.console;

import dev.seedgate.billing.integrity.LedgerVerifier;
import dev.seedgate.billing.integrity.Reconciliation;
import dev.seedgate.billing.integrity.Reconciliations;
import dev.seedgate.billing.integrity.VerificationReport;
import dev.seedgate.billing.statement.StatementDocument;
import dev.seedgate.billing.statement.Statements;
import dev.seedgate.billing.usage.UsageQuery;
import dev.seedgate.billing.usage.UsageReports;
import dev.seedgate.platform.database.BillingCalendar;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.web.api.CsvBody;
import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
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
    private final Statements statements;
    private final Reconciliations reconciliations;
    private final LedgerVerifier verifier;
    private final BillingCalendar calendar;

    ReportPages(
            UsageReports usage,
            Statements statements,
            Reconciliations reconciliations,
            LedgerVerifier verifier,
            BillingCalendar calendar) {
        this.usage = usage;
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
        YearMonth current = calendar.now().month();
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
            String since = or(from, chosen.atDay(1).toString());
            String until = or(to, chosen.plusMonths(1).atDay(1).toString());
            model.addAttribute("from", since);
            model.addAttribute("to", until);
            model.addAttribute("csv", url(since, until, groupBy, "format", "csv"));
            model.addAttribute("allRows", url(since, until, groupBy, "all", "1"));
            model.addAttribute(
                    "table",
                    UsageTable.of(
                            usage.report(new UsageQuery(null, since, until, groupBy)),
                            since,
                            until,
                            all == null ? SHOWN : Integer.MAX_VALUE));
            model.addAttribute("audit", verifier.report());
            if (ofMonth) {
                addMonth(chosen, current, model);
            }
        } catch (ApiException e) {
            response.setStatus(e.code().status());
            model.addAttribute("error", e.message());
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
        if (!CsvBody.wanted(format, request)) {
            throw new ApiException(ErrorCode.INVALID_REQUEST, "format must be csv here.");
        }
        usage.csv(new UsageQuery(null, from, to, groupBy)).send(response, usage.fileName(), "1");
    }

    private void addMonth(YearMonth month, YearMonth current, Model model) {
        StatementDocument document = statements.get(month.toString());
        String from = month.atDay(1).toString();
        String to = month.plusMonths(1).atDay(1).toString();
        Reconciliation reconciliation = reconciliations.page(from, to, null, ITEMS);
        long uncertain =
                usage.report(new UsageQuery(null, from, to, List.of())).total().uncertain();
        VerificationReport audit = verifier.report();
        model.addAttribute("statement", document.statement());
        model.addAttribute("closed", document.digest() != null);
        model.addAttribute("reconciliation", reconciliation);
        model.addAttribute(
                "close",
                MonthClose.of(
                        month,
                        calendar.range(from, to).to(),
                        month.isBefore(current),
                        document.statement(),
                        audit,
                        reconciliation,
                        uncertain));
    }

    private static String url(
            String from, String to, List<String> groupBy, String name, String value) {
        UriComponentsBuilder url =
                UriComponentsBuilder.fromPath(PATH).queryParam("from", from).queryParam("to", to);
        groupBy.forEach(it -> url.queryParam("group_by", it));
        return url.queryParam(name, value).encode().build().toUriString();
    }

    private static String or(@Nullable String text, String otherwise) {
        return text == null || text.isBlank() ? otherwise : text.strip();
    }
}
