package dev.seedgate.operations.console;

import dev.seedgate.access.operator.OidcSettings;
import dev.seedgate.vendor.contract.UpstreamSettings;
import io.swagger.v3.oas.annotations.Hidden;
import java.util.Map;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The console's sign-in and first page. */
@Hidden
@Controller
class ConsoleController {

    private final Overview overview;
    private final UpstreamSettings upstream;
    private final OidcSettings oidc;

    ConsoleController(Overview overview, UpstreamSettings upstream, OidcSettings oidc) {
        this.overview = overview;
        this.upstream = upstream;
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
    String overview(Model model) {
        fill(model);
        return "console/overview";
    }

    /** The parts of it that change, for a page that is open. */
    @GetMapping(path = "/console", params = "live")
    String live(Model model) {
        fill(model);
        return "console/overview :: live";
    }

    private void fill(Model model) {
        Overview.Now now = overview.now();
        model.addAttribute("now", now);
        model.addAttribute("month", overview.month());
        model.addAttribute("calls", overview.callsPerSecond());
        model.addAttribute("verdict", StatusHeadline.of(now, upstream.upstreamProbeInterval()));
    }
}
