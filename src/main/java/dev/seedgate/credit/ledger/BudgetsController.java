package dev.seedgate.credit.ledger;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.seedgate.access.team.Teams;
import dev.seedgate.platform.values.Actor;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.CreditAmounts;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.Page;
import dev.seedgate.platform.values.ProjectName;
import dev.seedgate.platform.web.api.FailsWith;
import dev.seedgate.platform.web.api.SingleLine;
import io.swagger.v3.oas.annotations.Operation;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The admin API of budgets of a team's keys and projects. */
@RestController
@RequestMapping(path = "/admin/api/teams/{slug}", produces = MediaType.APPLICATION_JSON_VALUE)
class BudgetsController {

    private final Budgets budgets;
    private final Teams teams;

    BudgetsController(Budgets budgets, Teams teams) {
        this.budgets = budgets;
        this.teams = teams;
    }

    @Operation(
            operationId = "listBudgets",
            summary = "List the budgets of a team's keys and projects",
            description =
                    "Each with what is used of it this month and what remains. A team has 200 at most, all on one page.")
    @FailsWith(ErrorCode.TEAM_NOT_FOUND)
    @GetMapping("/budgets")
    Page<BudgetAnswer> list(@PathVariable String slug) {
        return new Page<>(
                budgets.list(teams.get(slug)).stream().map(BudgetAnswer::of).toList(), null);
    }

    @Operation(
            operationId = "setKeyBudget",
            summary = "Set what a key may spend in a month",
            description =
                    "In credits, beside the team's quota; a create beyond it is refused as TEAM_QUOTA_EXHAUSTED. Counts at once, with what the key has spent of this month; refunds of this month give back. Its successors by rotation share it.")
    @FailsWith({ErrorCode.TEAM_NOT_FOUND, ErrorCode.KEY_NOT_FOUND})
    @PutMapping("/keys/{id}/budget")
    BudgetAnswer ofKey(
            @AuthenticationPrincipal Actor actor,
            @PathVariable String slug,
            @PathVariable long id,
            @Valid @RequestBody BudgetRequest request) {
        return BudgetAnswer.of(
                budgets.ofKey(
                        teams.get(slug), id, request.monthlyCredits(), request.reason(), actor));
    }

    @Operation(
            operationId = "removeKeyBudget",
            summary = "Let a key spend without a budget",
            description = "The team's quota goes on to hold.")
    @FailsWith({ErrorCode.TEAM_NOT_FOUND, ErrorCode.KEY_NOT_FOUND, ErrorCode.NOT_FOUND})
    @DeleteMapping("/keys/{id}/budget")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void removeOfKey(
            @AuthenticationPrincipal Actor actor,
            @PathVariable String slug,
            @PathVariable long id) {
        budgets.removeOfKey(teams.get(slug), id, actor);
    }

    @Operation(
            operationId = "setProjectBudget",
            summary = "Set what a project of a team may spend in a month",
            description =
                    "Like a key's, for all creates of the team that name the project or whose key does.")
    @FailsWith(ErrorCode.TEAM_NOT_FOUND)
    @PutMapping("/projects/{project}/budget")
    BudgetAnswer ofProject(
            @AuthenticationPrincipal Actor actor,
            @PathVariable String slug,
            @PathVariable String project,
            @Valid @RequestBody BudgetRequest request) {
        return BudgetAnswer.of(
                budgets.ofProject(
                        teams.get(slug),
                        checked(project),
                        request.monthlyCredits(),
                        request.reason(),
                        actor));
    }

    @Operation(
            operationId = "removeProjectBudget",
            summary = "Let a project spend without a budget",
            description = "The team's quota goes on to hold.")
    @FailsWith({ErrorCode.TEAM_NOT_FOUND, ErrorCode.NOT_FOUND})
    @DeleteMapping("/projects/{project}/budget")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void removeOfProject(
            @AuthenticationPrincipal Actor actor,
            @PathVariable String slug,
            @PathVariable String project) {
        budgets.removeOfProject(teams.get(slug), checked(project), actor);
    }

    private static String checked(String project) {
        if (!project.matches(ProjectName.FORM)) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST, "project must be " + ProjectName.RULE + ".");
        }
        return project;
    }

    /** Credits a month of the billing zone; 0 lets nothing through. */
    record BudgetRequest(
            @JsonProperty("monthly_credits") @NotNull @Min(0) @Max(CreditAmounts.MAX)
                    Long monthlyCredits,
            @SingleLine @Size(max = 500) @Nullable String reason) {}

    /** One of key and project is there. Credits of this month. */
    record BudgetAnswer(
            @JsonProperty("key_id") @Nullable Long keyId,
            @Nullable String key,
            @Nullable String project,
            @JsonProperty("monthly_credits") long monthlyCredits,
            long used,
            long remaining) {

        static BudgetAnswer of(BudgetDetails budget) {
            return new BudgetAnswer(
                    budget.keyId(),
                    budget.keyName(),
                    budget.project(),
                    budget.monthlyCredits(),
                    budget.used(),
                    budget.remaining());
        }
    }
}
