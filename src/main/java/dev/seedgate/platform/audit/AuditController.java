package dev.seedgate.platform.audit;

import dev.seedgate.platform.database.BillingZone;
import dev.seedgate.platform.values.Page;
import dev.seedgate.platform.values.PageSize;
import dev.seedgate.platform.web.api.IdCursor;
import dev.seedgate.platform.web.api.PageLimit;
import io.swagger.v3.oas.annotations.Operation;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The audit log, for admins. */
@RestController
@RequestMapping(path = "/admin/api/audit", produces = MediaType.APPLICATION_JSON_VALUE)
class AuditController {

    private final AuditLog log;
    private final BillingZone zone;

    AuditController(AuditLog log, BillingZone zone) {
        this.log = log;
        this.zone = zone;
    }

    @Operation(
            operationId = "listAuditEntries",
            summary = "Read who changed what",
            description =
                    "Newest first: actor, action, object, what it was before and after, reason, address, request id. from and to are half-open, dates in the billing zone or instants.")
    @GetMapping
    Page<AuditEntry> list(
            @RequestParam(required = false) @Nullable String actor,
            @RequestParam(required = false) @Nullable String action,
            @RequestParam(required = false) @Nullable String object,
            @RequestParam(required = false) @Nullable String from,
            @RequestParam(required = false) @Nullable String to,
            @RequestParam(required = false) @Nullable String cursor,
            @PageLimit @RequestParam(defaultValue = PageLimit.DEFAULT) int limit) {
        AuditFilter filter =
                new AuditFilter(
                        actor, action, object, zone.moment("from", from), zone.moment("to", to));
        return log.find(filter, IdCursor.id(cursor), PageSize.checked(limit));
    }
}
