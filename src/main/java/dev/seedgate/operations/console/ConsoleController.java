package dev.seedgate.operations.console;

import dev.seedgate.access.operator.ConsolePrincipal;
import dev.seedgate.access.operator.OidcSettings;
import dev.seedgate.access.team.TeamDetails;
import dev.seedgate.access.team.Teams;
import dev.seedgate.credit.ledger.Balance;
import dev.seedgate.credit.ledger.TeamAccounts;
import dev.seedgate.platform.database.BillingCalendar;
import dev.seedgate.platform.values.Page;
import dev.seedgate.vendor.contract.UpstreamSettings;
import io.swagger.v3.oas.annotations.Hidden;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The console's sign-in and first page. */
@Hidden
@Controller
class ConsoleController {

    // A screen or two of a person's own teams.
    private static final int MEMBER_PAGE = 20;

    private final Overview overview;
    private final Teams teams;
    private final TeamAccounts accounts;
    private final BillingCalendar calendar;
    private final UpstreamSettings upstream;
    private final OidcSettings oidc;

    ConsoleController(
            Overview overview,
            Teams teams,
            TeamAccounts accounts,
            BillingCalendar calendar,
            UpstreamSettings upstream,
            OidcSettings oidc) {
        this.overview = overview;
        this.teams = teams;
        this.accounts = accounts;
        this.calendar = calendar;
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
    String overview(
            @AuthenticationPrincipal ConsolePrincipal who,
            @RequestParam(required = false) @Nullable String cursor,
            Model model) {
        return fill(who, cursor, model);
    }

    /** The parts of it that change, for a page that is open. */
    @GetMapping(path = "/console", params = "live")
    String live(
            @AuthenticationPrincipal ConsolePrincipal who,
            @RequestParam(required = false) @Nullable String cursor,
            Model model) {
        return fill(who, cursor, model) + " :: live";
    }

    /** Fills the first page that this person has; answers its template. */
    private String fill(ConsolePrincipal who, @Nullable String cursor, Model model) {
        if (who.isMember()) {
            fillOfMember(who, cursor, model);
            return "console/member";
        }
        fillOfCompany(model);
        return "console/overview";
    }

    /** A member's: how each of their teams stands, and nothing of the company's. */
    private void fillOfMember(ConsolePrincipal who, @Nullable String cursor, Model model) {
        Page<TeamDetails> page = teams.list(who.teams(), cursor, MEMBER_PAGE);
        Map<Long, Balance> balances =
                accounts.balances(page.items().stream().map(TeamDetails::id).toList());
        BillingCalendar.Moment now = calendar.now();
        model.addAttribute(
                "teams",
                page.items().stream()
                        .map(it ->
                                new TeamRow(
                                        it,
                                        Objects.requireNonNull(balances.get(it.id())),
                                        List.of()))
                        .toList());
        model.addAttribute("next", page.nextCursor());
        model.addAttribute("cursor", cursor);
        model.addAttribute("now", now.now());
        model.addAttribute("monthStart", now.month().atDay(1));
    }

    private void fillOfCompany(Model model) {
        Overview.Now now = overview.now();
        model.addAttribute("now", now);
        model.addAttribute("month", overview.month());
        model.addAttribute("calls", overview.callsPerSecond());
        model.addAttribute("verdict", StatusHeadline.of(now, upstream.upstreamProbeInterval()));
    }
}
