package dev.seedgate.credit.ledger;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.seedgate.access.team.Teams;
import dev.seedgate.platform.values.Actor;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.IdempotencyKey;
import dev.seedgate.platform.values.Page;
import dev.seedgate.platform.values.PageSize;
import dev.seedgate.platform.web.api.FailsWith;
import dev.seedgate.platform.web.api.IdCursor;
import dev.seedgate.platform.web.api.PageLimit;
import dev.seedgate.platform.web.api.RequiredIdempotencyKey;
import io.swagger.v3.oas.annotations.Operation;
import jakarta.validation.Valid;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The admin API of a team's top-ups and balance. */
@RestController
@RequestMapping(path = "/admin/api/teams", produces = MediaType.APPLICATION_JSON_VALUE)
class TeamCreditsController {

    private final Teams teams;
    private final TeamAccounts accounts;

    TeamCreditsController(Teams teams, TeamAccounts accounts) {
        this.teams = teams;
        this.accounts = accounts;
    }

    @Operation(
            summary = "Give a team credits beyond its quota",
            description = "Negative credits take back what is unspent. Top-ups do not expire.")
    @FailsWith({
        ErrorCode.TEAM_NOT_FOUND,
        ErrorCode.INVALID_IDEMPOTENCY_KEY,
        ErrorCode.IDEMPOTENCY_KEY_REUSED
    })
    @PostMapping("/{slug}/topups")
    @ResponseStatus(HttpStatus.CREATED)
    TopUpAnswer topUp(
            @AuthenticationPrincipal Actor actor,
            @PathVariable String slug,
            @RequiredIdempotencyKey @RequestHeader(name = "Idempotency-Key", required = false)
                    @Nullable String idempotencyKey,
            @Valid @RequestBody TopUpRequest request) {
        String once = IdempotencyKey.required(idempotencyKey);
        if (request.credits() == 0) {
            throw new ApiException(ErrorCode.INVALID_REQUEST, "credits must not be 0.");
        }
        return TopUpAnswer.of(
                accounts.topUp(teams.get(slug), request.credits(), request.reason(), once, actor));
    }

    @Operation(
            operationId = "listTopUps",
            summary = "List a team's top-ups",
            description =
                    "Newest first; negative ones were taken back. Send next_cursor as cursor for the next page.")
    @FailsWith(ErrorCode.TEAM_NOT_FOUND)
    @GetMapping("/{slug}/topups")
    Page<TopUpAnswer> topUps(
            @PathVariable String slug,
            @RequestParam(required = false) @Nullable String cursor,
            @PageLimit @RequestParam(defaultValue = PageLimit.DEFAULT) int limit) {
        Page<TopUp> page =
                accounts.topUps(teams.get(slug), IdCursor.id(cursor), PageSize.checked(limit));
        return new Page<>(page.items().stream().map(TopUpAnswer::of).toList(), page.nextCursor());
    }

    @Operation(
            operationId = "getBalance",
            summary = "See what a team has left",
            description =
                    "As the team sees it: quota, used and renews_at are of this month, held charges included; top_ups are unspent; remaining is what can still be charged, null without a quota; in_flight counts tasks that are queued, submitted or rendering.")
    @FailsWith(ErrorCode.TEAM_NOT_FOUND)
    @GetMapping("/{slug}/balance")
    Credits balance(@PathVariable String slug) {
        return Credits.of(accounts.balance(teams.get(slug).id()));
    }

    record TopUpAnswer(
            long id,
            String team,
            long credits,
            @Nullable String reason,
            @JsonProperty("created_at") Instant createdAt) {

        static TopUpAnswer of(TopUp topUp) {
            return new TopUpAnswer(
                    topUp.id(), topUp.team(), topUp.credits(), topUp.reason(), topUp.createdAt());
        }
    }
}
