package dev.seedgate.operations.console;

import dev.seedgate.billing.integrity.Reconciliation;
import dev.seedgate.billing.integrity.Reconciliation.DriftDay;
import dev.seedgate.billing.integrity.Reconciliations;
import dev.seedgate.billing.usage.UsageQuery;
import dev.seedgate.billing.usage.UsageReports;
import dev.seedgate.credit.balance.VendorBalance;
import dev.seedgate.operations.console.BarChart.Series;
import dev.seedgate.platform.database.BillingCalendar;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.web.api.CsvBody;
import dev.seedgate.vendor.client.Vendor;
import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;

/**
 * The console's page of the reconciliation: what the teams pay against what the vendor says it
 * took, job by job where they differ, and what is left of the company's purchases.
 */
@Hidden
@Controller
class ReconciliationPages {

    static final String PATH = "/console/reconciliation";

    private static final int ITEMS = 50;
    private static final int PURCHASES = 5;
    // More days are no picture; the list has them all.
    private static final int MOST_BARS = 62;

    private final Reconciliations reconciliations;
    private final UsageReports usage;
    private final VendorBalance balance;
    private final BillingCalendar calendar;
    private final Vendor vendor;

    ReconciliationPages(
            Reconciliations reconciliations,
            UsageReports usage,
            VendorBalance balance,
            BillingCalendar calendar,
            Vendor vendor) {
        this.reconciliations = reconciliations;
        this.usage = usage;
        this.balance = balance;
        this.calendar = calendar;
        this.vendor = vendor;
    }

    @GetMapping(path = PATH, params = "!format")
    String reconciliation(
            @RequestParam(required = false) @Nullable String from,
            @RequestParam(required = false) @Nullable String to,
            @RequestParam(required = false) @Nullable String cursor,
            HttpServletResponse response,
            Model model) {
        LocalDate month = calendar.now().month().atDay(1);
        String since = ReportPages.or(from, month.toString());
        String until = ReportPages.or(to, month.plusMonths(1).toString());
        model.addAttribute("from", since);
        model.addAttribute("to", until);
        model.addAttribute("first", cursor == null);
        model.addAttribute("credits", balance.state(vendor.name()));
        model.addAttribute("purchases", balance.purchases(vendor.name(), null, PURCHASES).items());
        try {
            Reconciliation found = reconciliations.page(since, until, cursor, ITEMS);
            model.addAttribute("reconciliation", found);
            model.addAttribute("items", found.days().stream().mapToLong(DriftDay::items).sum());
            model.addAttribute(
                    "charged",
                    usage.report(new UsageQuery(null, since, until, List.of())).total().net());
            model.addAttribute("chart", chart(found.days()));
            model.addAttribute("self", url(since, until));
        } catch (ApiException e) {
            Forms.refuse(e, response, model);
        }
        return "console/reconciliation";
    }

    /** All items as a file. */
    @GetMapping(path = PATH, params = "format")
    void csv(
            @RequestParam(required = false) @Nullable String from,
            @RequestParam(required = false) @Nullable String to,
            @RequestParam String format,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        CsvBody.require(format, request);
        reconciliations.csv(from, to).send(response, "reconciliation", "1");
    }

    /** The drift of each day with items; null where that is none, or too many for a picture. */
    private static @Nullable BarChart chart(List<DriftDay> days) {
        if (days.size() < 2 || days.size() > MOST_BARS) {
            return null;
        }
        return BarChart.of(
                "Difference by the day of the charge, where there is one",
                days.stream().map(DriftDay::day).toList(),
                List.of(
                        new Series(
                                "refunded",
                                "taken beyond what was charged",
                                null,
                                days.stream().map(DriftDay::drift).toList(),
                                days.stream()
                                        .map(it ->
                                                url(
                                                        it.day(),
                                                        LocalDate.parse(it.day())
                                                                .plusDays(1)
                                                                .toString()))
                                        .toList())));
    }

    /** The page of a time. */
    static String url(String from, String to) {
        Map<String, String> set = new LinkedHashMap<>();
        set.put("from", from);
        set.put("to", to);
        return new QueryText(PATH, set).getUrl();
    }
}
