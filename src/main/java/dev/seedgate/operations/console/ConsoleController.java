package dev.seedgate.operations.console;

import dev.seedgate.access.operator.OidcSettings;
import dev.seedgate.billing.usage.UsageQuery;
import dev.seedgate.billing.usage.UsageReports;
import io.swagger.v3.oas.annotations.Hidden;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The console's sign-in and first page. */
@Hidden
@Controller
class ConsoleController {

    private final UsageReports usage;
    private final OidcSettings oidc;

    ConsoleController(UsageReports usage, OidcSettings oidc) {
        this.usage = usage;
        this.oidc = oidc;
    }

    /** The sign-in page; the query says why a person was sent back to it. */
    @GetMapping("/console/login")
    String login(@RequestParam Map<String, String> query, Model model) {
        model.addAttribute("notice", Notice.in(query.keySet()));
        model.addAttribute("oidc", oidc.enabled());
        return "console/login";
    }

    @GetMapping("/console")
    String usage(Model model) {
        model.addAttribute(
                "usage", usage.report(new UsageQuery(null, null, null, List.of("team"))));
        return "console/usage";
    }
}
