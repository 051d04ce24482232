package dev.seedgate.operations.console;

import dev.seedgate.access.operator.ConsolePrincipal;
import dev.seedgate.access.team.ApiKeys;
import dev.seedgate.access.team.TeamChange;
import dev.seedgate.access.team.TeamDetails;
import dev.seedgate.access.team.TeamRequest;
import dev.seedgate.access.team.TeamSpec;
import dev.seedgate.access.team.Teams;
import dev.seedgate.billing.usage.UsageQuery;
import dev.seedgate.billing.usage.UsageReports;
import dev.seedgate.credit.ledger.Balance;
import dev.seedgate.credit.ledger.Budgets;
import dev.seedgate.credit.ledger.TeamAccounts;
import dev.seedgate.credit.ledger.TopUpRequest;
import dev.seedgate.platform.audit.AuditFilter;
import dev.seedgate.platform.audit.AuditLog;
import dev.seedgate.platform.database.BillingCalendar;
import dev.seedgate.platform.values.Actor;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.Page;
import dev.seedgate.platform.values.PageSize;
import dev.seedgate.platform.web.api.IfMatch;
import dev.seedgate.platform.web.api.ReasonRequest;
import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.http.HttpServletResponse;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The console's pages of teams: the list, one team, its limits, and what can be done to it. */
@Hidden
@Controller
class TeamPages {

    static final String PATH = "/console/teams";

    private static final int PAGE = 50;
    private static final int DAYS_IN_LIST = 14;
    private static final int DAYS_ON_PAGE = 30;
    private static final int NEWEST = 8;

    private final Teams teams;
    private final ApiKeys keys;
    private final TeamAccounts accounts;
    private final Budgets budgets;
    private final UsageReports usage;
    private final AuditLog audit;
    private final BillingCalendar calendar;
    private final Forms forms;

    TeamPages(
            Teams teams,
            ApiKeys keys,
            TeamAccounts accounts,
            Budgets budgets,
            UsageReports usage,
            AuditLog audit,
            BillingCalendar calendar,
            Forms forms) {
        this.teams = teams;
        this.keys = keys;
        this.accounts = accounts;
        this.budgets = budgets;
        this.usage = usage;
        this.audit = audit;
        this.calendar = calendar;
        this.forms = forms;
    }

    @GetMapping(PATH)
    String list(
            @AuthenticationPrincipal ConsolePrincipal who,
            @RequestParam(required = false) @Nullable String cursor,
            Model model) {
        Page<TeamDetails> page = teams.list(who.teams(), cursor, PAGE);
        List<Long> ids = page.items().stream().map(TeamDetails::id).toList();
        Map<Long, Balance> balances = accounts.balances(ids);
        LocalDate end = today().plusDays(1);
        LocalDate start = end.minusDays(DAYS_IN_LIST);
        Map<String, Map<LocalDate, Long>> net = netByDay(ids, start, end);
        model.addAttribute(
                "teams",
                page.items().stream()
                        .map(it ->
                                new TeamRow(
                                        it,
                                        Objects.requireNonNull(balances.get(it.id())),
                                        start.datesUntil(end)
                                                .map(day ->
                                                        net.getOrDefault(it.slug(), Map.of())
                                                                .getOrDefault(day, 0L))
                                                .toList()))
                        .toList());
        model.addAttribute("next", page.nextCursor());
        model.addAttribute("first", cursor == null);
        return "console/teams";
    }

    /** Without them the list is worth showing too. */
    private Map<String, Map<LocalDate, Long>> netByDay(
            List<Long> ids, LocalDate start, LocalDate end) {
        try {
            return usage.netByDay(ids, start, end);
        } catch (ApiException _) {
            return Map.of();
        }
    }

    @PostMapping(PATH)
    String create(
            @AuthenticationPrincipal ConsolePrincipal who,
            @RequestParam Map<String, String> form,
            HttpServletResponse response,
            Model model) {
        try {
            TeamRequest requested = forms.read(form, TeamRequest.class);
            teams.create(requested.slug(), requested.settings(), who.actor());
            return "redirect:" + PATH + "/" + requested.slug() + "?done=created";
        } catch (ApiException e) {
            Forms.refuse(e, form, response, model);
            return list(who, null, model);
        }
    }

    @GetMapping(PATH + "/{slug}")
    String team(
            @AuthenticationPrincipal ConsolePrincipal who,
            @PathVariable String slug,
            @RequestParam(required = false) @Nullable String done,
            Model model) {
        model.addAttribute(
                "done",
                switch (done) {
                    case "created" -> "The team is there. It needs a key to order its first clip.";
                    case "changed" -> "The limits are changed and count at once.";
                    case "budget" -> "The budget is changed and counts at once.";
                    case "topped-up" -> "The credits are booked.";
                    case "suspended" -> "Suspended: creates are refused, what is queued waits.";
                    case "resumed" -> "Creates are taken again.";
                    case "archived" -> "Archived: its keys are dead, its history stays.";
                    case "key-suspended" ->
                            "The key is refused within seconds, until it is resumed.";
                    case "key-resumed" -> "The key works again within seconds.";
                    case "key-revoked" -> "The key is dead for good.";
                    case null, default -> null;
                });
        return show(who, slug, model);
    }

    /** Fills the page of a team; what an act left in the model stays. */
    String show(ConsolePrincipal who, String slug, Model model) {
        TeamDetails team = teams.get(slug, who.teams());
        Balance balance = accounts.balance(team.id());
        LocalDate end = today().plusDays(1);
        LocalDate start = end.minusDays(DAYS_ON_PAGE);
        model.addAttribute("row", new TeamRow(team, balance, List.of()));
        model.addAttribute("team", team);
        model.addAttribute("balance", balance);
        TeamUsage used = usage(team, start, end);
        model.addAttribute("usage", used);
        model.addAttribute(
                "chart",
                used == null ? null : used.chart((word, day) -> day(who, slug, word, day)));
        model.addAttribute("keys", keys.list(slug, null, PageSize.LARGEST).items());
        model.addAttribute("budgets", budgets.list(team));
        model.addAttribute("topUps", accounts.topUps(team, null, NEWEST).items());
        if (!who.isMember()) {
            model.addAttribute(
                    "audit",
                    audit.find(
                                    new AuditFilter(null, null, "team:" + slug, null, null),
                                    null,
                                    NEWEST)
                            .items());
        }
        // Sent twice, a top-up is booked once.
        model.addAttribute("once", UUID.randomUUID());
        model.addAttribute("today", end.minusDays(1));
        return "console/team";
    }

    /** What a team used on a day: its ledger entries, and for a member the tasks. */
    private static String day(ConsolePrincipal who, String slug, String word, LocalDate day) {
        String from = day.toString();
        String to = day.plusDays(1).toString();
        return who.isMember()
                ? TaskListFilter.of(Map.of("team", slug, "from", from, "to", to)).getUrl()
                : EntryFilter.url(word, from, to, Map.of("team", slug));
    }

    private @Nullable TeamUsage usage(TeamDetails team, LocalDate start, LocalDate end) {
        try {
            return TeamUsage.of(
                    usage.report(
                            new UsageQuery(
                                    team.id(),
                                    start.toString(),
                                    end.toString(),
                                    List.of("day", "project"))),
                    start,
                    end);
        } catch (ApiException _) {
            // Too many reports are being read, or it has too many projects; the rest is worth
            // showing.
            return null;
        }
    }

    /** The form of a team's limits; with {@code check}, what the typed ones would do. */
    @GetMapping(PATH + "/{slug}/limits")
    String limits(
            @PathVariable String slug,
            @RequestParam Map<String, String> typed,
            HttpServletResponse response,
            Model model) {
        TeamDetails team = teams.get(slug);
        model.addAttribute("team", team);
        model.addAttribute("form", typed.containsKey("check") ? typed : form(team.settings()));
        model.addAttribute("version", typed.getOrDefault("version", "" + team.version()));
        if (typed.containsKey("check")) {
            try {
                TeamSpec after = forms.read(typed, TeamChange.class).settings();
                Balance balance = accounts.balance(team.id());
                model.addAttribute("effects", LimitEffects.of(team.settings(), after, balance));
            } catch (ApiException e) {
                Forms.refuse(e, typed, response, model);
            }
        }
        return "console/limits";
    }

    @PostMapping(PATH + "/{slug}/limits")
    String change(
            @AuthenticationPrincipal ConsolePrincipal who,
            @PathVariable String slug,
            @RequestParam Map<String, String> form,
            HttpServletResponse response,
            Model model) {
        try {
            TeamSpec after = forms.read(form, TeamChange.class).settings();
            teams.change(slug, _ -> after, Forms.version(form), who.actor());
            return done(slug, "changed");
        } catch (ApiException e) {
            TeamDetails team = teams.get(slug);
            Forms.refuse(e, form, response, model);
            model.addAttribute("team", team);
            model.addAttribute("version", team.version());
            return "console/limits";
        }
    }

    @PostMapping(PATH + "/{slug}/topups")
    String topUp(
            @AuthenticationPrincipal ConsolePrincipal who,
            @PathVariable String slug,
            @RequestParam Map<String, String> form,
            HttpServletResponse response,
            Model model) {
        try {
            TopUpRequest requested = forms.read(form, TopUpRequest.class);
            if (requested.credits() == 0) {
                throw new ApiException(ErrorCode.INVALID_REQUEST, "credits must not be 0.");
            }
            accounts.topUp(
                    teams.get(slug),
                    requested.credits(),
                    requested.reason(),
                    "console:" + form.get("once"),
                    who.actor());
            return done(slug, "topped-up");
        } catch (ApiException e) {
            Forms.refuse(e, form, response, model);
            return show(who, slug, model);
        }
    }

    @PostMapping(PATH + "/{slug}/suspend")
    String suspend(
            @AuthenticationPrincipal ConsolePrincipal who,
            @PathVariable String slug,
            @RequestParam Map<String, String> form,
            HttpServletResponse response,
            Model model) {
        return act(slug, "suspended", teams::suspend, who, form, response, model);
    }

    @PostMapping(PATH + "/{slug}/resume")
    String resume(
            @AuthenticationPrincipal ConsolePrincipal who,
            @PathVariable String slug,
            @RequestParam Map<String, String> form,
            HttpServletResponse response,
            Model model) {
        return act(slug, "resumed", teams::resume, who, form, response, model);
    }

    @PostMapping(PATH + "/{slug}/archive")
    String archive(
            @AuthenticationPrincipal ConsolePrincipal who,
            @PathVariable String slug,
            @RequestParam Map<String, String> form,
            HttpServletResponse response,
            Model model) {
        return act(slug, "archived", teams::archive, who, form, response, model);
    }

    /** Does it for the reason that was typed; a refusal is the page with that. */
    String act(
            String slug,
            String done,
            Act act,
            ConsolePrincipal who,
            Map<String, String> form,
            HttpServletResponse response,
            Model model) {
        try {
            String reason = forms.read(form, ReasonRequest.class).reason();
            act.on(slug, Forms.version(form), reason, who.actor());
            return done(slug, done);
        } catch (ApiException e) {
            Forms.refuse(e, form, response, model);
            return show(who, slug, model);
        }
    }

    private LocalDate today() {
        BillingCalendar.Moment moment = calendar.now();
        return moment.now().atZone(moment.zone()).toLocalDate();
    }

    static String done(String slug, String what) {
        return "redirect:" + PATH + "/" + slug + "?done=" + what;
    }

    private static Map<String, @Nullable Object> form(TeamSpec team) {
        Map<String, @Nullable Object> form = new HashMap<>();
        form.put("name", team.name());
        form.put("cost_center", team.costCenter());
        form.put("monthly_quota", team.monthlyQuota());
        form.put("max_in_flight", team.maxInFlight());
        form.put("generate_per_minute", team.generatePerMinute());
        form.put("weight", team.weight());
        form.put("soft_limits", team.softLimits() ? "1" : null);
        form.put("prompt_retention_days", team.promptRetentionDays());
        form.put("clip_retention_days", team.clipRetentionDays());
        return form;
    }

    /** What can be done to a team, for a reason. */
    interface Act {
        void on(String slug, IfMatch version, @Nullable String reason, Actor actor);
    }
}
