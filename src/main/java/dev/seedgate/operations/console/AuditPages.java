package dev.seedgate.operations.console;

import dev.seedgate.platform.audit.AuditEntry;
import dev.seedgate.platform.audit.AuditFilter;
import dev.seedgate.platform.audit.AuditLog;
import dev.seedgate.platform.database.BillingZone;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.Page;
import dev.seedgate.platform.web.api.IdCursor;
import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The console's page of the audit log: who changed what, from what to what. */
@Hidden
@Controller
class AuditPages {

    private static final String PATH = "/console/audit";
    private static final int PAGE = 50;

    private final AuditLog log;
    private final BillingZone zone;

    AuditPages(AuditLog log, BillingZone zone) {
        this.log = log;
        this.zone = zone;
    }

    /** A filter that means nothing is said above an empty list, with what was typed. */
    @GetMapping(PATH)
    String list(
            @RequestParam Map<String, String> query, HttpServletResponse response, Model model) {
        QueryText filter =
                QueryText.of(PATH, query, List.of("actor", "action", "object", "from", "to"));
        model.addAttribute("filter", filter);
        model.addAttribute("first", query.get("cursor") == null);
        try {
            Page<AuditEntry> page =
                    log.find(
                            new AuditFilter(
                                    filter.get("actor"),
                                    filter.get("action"),
                                    filter.get("object"),
                                    zone.moment("from", filter.get("from")),
                                    zone.moment("to", filter.get("to"))),
                            IdCursor.id(query.get("cursor")),
                            PAGE);
            model.addAttribute(
                    "lines",
                    page.items().stream()
                            .map(it -> new Line(it, FieldChange.between(it.before(), it.after())))
                            .toList());
            model.addAttribute("next", page.nextCursor());
        } catch (ApiException e) {
            Forms.refuse(e, response, model);
        }
        return "console/audit";
    }

    /** An entry with what it changed, field by field. */
    record Line(AuditEntry entry, List<FieldChange> changes) {

        /** Whether something that was there is another now, and not only there or gone. */
        public boolean isChange() {
            return entry.before() != null && entry.after() != null;
        }

        public boolean isRemoval() {
            return entry.after() == null;
        }
    }
}
