package dev.seedgate.billing.integrity;

import dev.seedgate.platform.values.PageSize;
import dev.seedgate.platform.web.api.CsvBody;
import dev.seedgate.platform.web.api.PageLimit;
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

/** The admin API of the reconciliation with the vendor. */
@RestController
@RequestMapping("/admin/api/reconciliation")
class ReconciliationController {

    private final Reconciliations reconciliations;

    ReconciliationController(Reconciliations reconciliations) {
        this.reconciliations = reconciliations;
    }

    @Operation(
            operationId = "reconciliation",
            summary = "Compare the ledger with what the vendor took",
            description =
                    "drift is what the vendor took less what was charged, over all items of the range. What the vendor never told is counted as the price, as in the pool. An item is an id that the vendor gave, or a task without one: a task with two ids has two, and the second is SECOND_ID. Range as in the usage report, by the day of the charge, of a second id by the day it was seen. Send next_cursor as cursor for more items; format=csv or Accept: text/csv answers all. bom=1 puts a byte order mark in front, for spreadsheets.")
    @GetMapping(produces = {MediaType.APPLICATION_JSON_VALUE, CsvBody.TYPE})
    @Nullable Reconciliation reconciliation(
            @RequestParam(required = false) @Nullable String from,
            @RequestParam(required = false) @Nullable String to,
            @RequestParam(required = false) @Nullable String cursor,
            @PageLimit @RequestParam(defaultValue = PageLimit.DEFAULT) int limit,
            @RequestParam(required = false) @Nullable String format,
            @RequestParam(required = false) @Nullable String bom,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        if (CsvBody.wanted(format, request)) {
            reconciliations.csv(from, to).send(response, "reconciliation", bom);
            return null;
        }
        return reconciliations.page(from, to, cursor, PageSize.checked(limit));
    }
}
