package dev.seedgate.operations.console;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.seedgate.access.operator.ConsolePrincipal;
import dev.seedgate.access.team.ApiKeys;
import dev.seedgate.access.team.KeyDetails;
import dev.seedgate.access.team.TeamDetails;
import dev.seedgate.access.team.Teams;
import dev.seedgate.credit.ledger.Budgets;
import dev.seedgate.credit.ledger.Budgets.BudgetState;
import dev.seedgate.credit.ledger.TeamAccounts;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.CreditAmounts;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.PageSize;
import dev.seedgate.platform.values.ProjectName;
import dev.seedgate.platform.web.api.SingleLine;
import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/**
 * The console's page of a budget of a team's key or project: what another one would do, and then it
 * is saved, if it is still the one that was seen.
 */
@Hidden
@Controller
class BudgetPages {

    private static final String PATH = TeamPages.PATH + "/{slug}/budget";

    private final Teams teams;
    private final ApiKeys keys;
    private final TeamAccounts accounts;
    private final Budgets budgets;
    private final Forms forms;

    BudgetPages(Teams teams, ApiKeys keys, TeamAccounts accounts, Budgets budgets, Forms forms) {
        this.teams = teams;
        this.keys = keys;
        this.accounts = accounts;
        this.budgets = budgets;
        this.forms = forms;
    }

    /** The form; with {@code check}, what the typed one would do. */
    @GetMapping(PATH)
    String budget(
            @PathVariable String slug,
            @RequestParam Map<String, String> typed,
            HttpServletResponse response,
            Model model) {
        TeamDetails team = teams.get(slug);
        Map<String, String> form = new HashMap<>(typed);
        try {
            BudgetForm requested = forms.read(typed, BudgetForm.class);
            if (typed.containsKey("check") || requested.named()) {
                requested.checkTarget();
                BudgetState now = budgets.state(team, requested.key(), requested.project());
                // What is seen from here on is what is saved over.
                form.put("seen", now.monthlyCredits() == null ? "" : "" + now.monthlyCredits());
                if (typed.containsKey("check")) {
                    model.addAttribute(
                            "effects",
                            LimitEffects.of(
                                    now, requested.monthlyCredits(), accounts.balance(team.id())));
                } else {
                    form.put("monthly_credits", form.get("seen"));
                }
            }
            model.addAttribute("form", form);
        } catch (ApiException e) {
            Forms.refuse(e, form, response, model);
        }
        return show(team, model);
    }

    @PostMapping(PATH)
    String save(
            @AuthenticationPrincipal ConsolePrincipal who,
            @PathVariable String slug,
            @RequestParam Map<String, String> form,
            HttpServletResponse response,
            Model model) {
        TeamDetails team = teams.get(slug);
        try {
            BudgetForm requested = forms.read(form, BudgetForm.class);
            requested.checkTarget();
            budgets.change(
                    team,
                    requested.key(),
                    requested.project(),
                    requested.seen(),
                    requested.monthlyCredits(),
                    requested.reason(),
                    who.actor());
            return TeamPages.done(slug, "budget");
        } catch (ApiException e) {
            Forms.refuse(e, form, response, model);
            return show(team, model);
        }
    }

    private String show(TeamDetails team, Model model) {
        model.addAttribute("team", team);
        model.addAttribute(
                "keys",
                keys.list(team.slug(), null, PageSize.LARGEST).items().stream()
                        .map(KeyDetails::key)
                        .filter(it -> it.revokedAt() == null)
                        .toList());
        return "console/budget";
    }

    /**
     * The form. One of key and project is there.
     *
     * @param monthlyCredits null for no budget
     * @param seen the budget that the page showed
     */
    record BudgetForm(
            @Nullable Long key,
            @Pattern(regexp = ProjectName.FORM, message = "must be " + ProjectName.RULE)
                    @Nullable String project,
            @JsonProperty("monthly_credits") @Min(0) @Max(CreditAmounts.MAX)
                    @Nullable Long monthlyCredits,
            @Nullable Long seen,
            @SingleLine @Size(max = 500) @Nullable String reason) {

        boolean named() {
            return key != null || project != null;
        }

        void checkTarget() {
            if ((key == null) == (project == null)) {
                throw new ApiException(
                        ErrorCode.INVALID_REQUEST,
                        "A budget is of a key or of a project; choose one of them.");
            }
        }
    }
}
