package dev.seedgate.admin;

import dev.seedgate.audit.AuditEntry;
import dev.seedgate.audit.AuditFilter;
import dev.seedgate.audit.AuditLog;
import dev.seedgate.shared.ErrorCode;
import dev.seedgate.shared.GatewayException;
import dev.seedgate.shared.Page;
import dev.seedgate.shared.PageSize;
import io.swagger.v3.oas.annotations.Operation;
import java.time.Instant;
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

    AuditController(AuditLog log) {
        this.log = log;
    }

    @Operation(
            operationId = "listAuditEntries",
            summary = "Read who changed what",
            description =
                    "Newest first: actor, action, object, what it was before and after, reason, address, request id.")
    @GetMapping
    Page<AuditEntry> list(
            @RequestParam(required = false) @Nullable String actor,
            @RequestParam(required = false) @Nullable String action,
            @RequestParam(required = false) @Nullable String object,
            @RequestParam(required = false) @Nullable Instant from,
            @RequestParam(required = false) @Nullable Instant to,
            @RequestParam(required = false) @Nullable String cursor,
            @RequestParam(defaultValue = "50") int limit) {
        AuditFilter filter = new AuditFilter(actor, action, object, from, to);
        return log.find(filter, cursor == null ? null : id(cursor), PageSize.checked(limit));
    }

    static Long id(String cursor) {
        if (!cursor.matches("[0-9]{1,18}")) {
            throw new GatewayException(
                    ErrorCode.INVALID_REQUEST, "cursor must be the next_cursor of another page.");
        }
        return Long.valueOf(cursor);
    }
}
