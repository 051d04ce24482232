package dev.seedgate.credit.ledger;

import dev.seedgate.access.team.AuthenticatedTeam;
import dev.seedgate.platform.web.api.Envelope;
import io.swagger.v3.oas.annotations.Operation;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The team API of a team's own credits. */
@RestController
@RequestMapping(path = "/api", produces = MediaType.APPLICATION_JSON_VALUE)
class CreditsController {

    private final TeamAccounts accounts;

    CreditsController(TeamAccounts accounts) {
        this.accounts = accounts;
    }

    @Operation(
            summary = "Read the team's credits",
            description =
                    "quota, used and renews_at are of this month; remaining is what can still be charged, null without a quota.")
    @GetMapping("/credits")
    Envelope<Credits> credits(@AuthenticationPrincipal AuthenticatedTeam caller) {
        return Envelope.success(Credits.of(accounts.balance(caller.teamId())));
    }
}
