package dev.seedgate.billing.statement;

import dev.seedgate.platform.web.api.CsvBody;
import io.swagger.v3.oas.annotations.Operation;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The admin API of the FOCUS export, for FinOps tools. */
@RestController
@RequestMapping("/admin/api/reports")
class FocusController {

    private final FocusReports focus;

    FocusController(FocusReports focus) {
        this.focus = focus;
    }

    @Operation(
            operationId = "focusReport",
            summary = "Export cost and use for FinOps tools",
            description =
                    "In the columns of FOCUS 1.1: a row for what was charged and one for what was refunded of each day, team (SubAccount), project (Tags), key (Resource) and preset (Sku). Quantities are credits and add up to the usage report's net; costs are credits at the price of the charge's day, not rounded, and 0 in the currency XXX while there is no price. from and to as in the usage report; format=csv or Accept: text/csv answers the rows alone. bom=1 puts a byte order mark in front, for spreadsheets.")
    @GetMapping(
            path = "/focus",
            produces = {MediaType.APPLICATION_JSON_VALUE, CsvBody.TYPE})
    @Nullable FocusReport focus(
            @RequestParam(required = false) @Nullable String from,
            @RequestParam(required = false) @Nullable String to,
            @RequestParam(required = false) @Nullable String format,
            @RequestParam(required = false) @Nullable String bom,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        if (CsvBody.wanted(format, request)) {
            focus.csv(from, to).send(response, focus.fileName(), bom);
            return null;
        }
        return focus.report(from, to);
    }
}
