package dev.seedgate.billing.usage;

import dev.seedgate.platform.web.api.CsvBody;
import io.swagger.v3.oas.annotations.Operation;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The admin API of the usage report. */
@RestController
@RequestMapping("/admin/api/reports")
class ReportsController {

    private final UsageReports reports;

    ReportsController(UsageReports reports) {
        this.reports = reports;
    }

    @Operation(
            operationId = "usageReport",
            summary = "See what was used",
            description =
                    "group_by takes team, project, cost_center, preset, key, day and month; a key is told by its id, with name (key) and team. from and to are dates of the billing zone or instants, half-open, by default the current month. A figure belongs to the day of its ledger entry, names are as they were then; uncertain counts what is UNCERTAIN or EXPIRED now. Covers the tasks of the present vendor: the sandbox's are shown only while it is the vendor. format=csv or Accept: text/csv answers the rows alone. bom=1 puts a byte order mark in front, for spreadsheets.")
    @GetMapping(
            path = "/usage",
            produces = {MediaType.APPLICATION_JSON_VALUE, CsvBody.TYPE})
    @Nullable UsageReport usage(
            @RequestParam(required = false) @Nullable String from,
            @RequestParam(required = false) @Nullable String to,
            @RequestParam(name = "group_by", defaultValue = "") List<String> groupBy,
            @RequestParam(required = false) @Nullable String format,
            @RequestParam(required = false) @Nullable String bom,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        UsageQuery query = new UsageQuery(null, from, to, groupBy);
        if (CsvBody.wanted(format, request)) {
            reports.csv(query).send(response, reports.fileName(), bom);
            return null;
        }
        return reports.report(query);
    }
}
