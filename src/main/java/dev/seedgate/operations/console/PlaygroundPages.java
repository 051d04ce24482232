package dev.seedgate.operations.console;

import dev.seedgate.access.operator.ConsolePrincipal;
import dev.seedgate.access.team.ApiKeys;
import dev.seedgate.access.team.AuthenticatedTeam;
import dev.seedgate.access.team.TeamDetails;
import dev.seedgate.access.team.Teams;
import dev.seedgate.credit.ledger.ClipPrice;
import dev.seedgate.credit.ledger.TeamAccounts;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.PageSize;
import dev.seedgate.platform.values.RequestId;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.task.order.OrdersOnBehalf;
import dev.seedgate.task.view.SandboxUrlRewriter;
import dev.seedgate.task.view.TaskInspection;
import dev.seedgate.task.view.TaskRecord;
import dev.seedgate.vendor.sandbox.SandboxWord;
import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.http.HttpServletResponse;
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
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The console's playground: a clip ordered in a team's name, and what becomes of it. */
@Hidden
@Controller
@RequestMapping(PlaygroundPages.PATH)
class PlaygroundPages {

    static final String PATH = "/console/playground";

    // To a page that asks again and again: this was the last answer.
    static final int STOP_POLLING = 286;

    private final Teams teams;
    private final ApiKeys keys;
    private final TeamAccounts accounts;
    private final OrdersOnBehalf orders;
    private final TaskInspection inspection;
    private final SandboxUrlRewriter urlRewriter;
    private final JsonMapper json;

    PlaygroundPages(
            Teams teams,
            ApiKeys keys,
            TeamAccounts accounts,
            OrdersOnBehalf orders,
            TaskInspection inspection,
            SandboxUrlRewriter urlRewriter,
            JsonMapper json) {
        this.teams = teams;
        this.keys = keys;
        this.accounts = accounts;
        this.orders = orders;
        this.inspection = inspection;
        this.urlRewriter = urlRewriter;
        this.json = json;
    }

    @GetMapping
    String form(
            @AuthenticationPrincipal ConsolePrincipal who,
            @RequestParam Map<String, String> form,
            HttpServletResponse response,
            Model model) {
        return show(who, form, response, model);
    }

    /** What the typed order would cost; with a {@code word}, that goes to the end of its prompt. */
    @PostMapping("/quote")
    String quote(
            @AuthenticationPrincipal ConsolePrincipal who,
            @RequestParam Map<String, String> form,
            @RequestAttribute(RequestId.ATTRIBUTE) String requestId,
            HttpServletResponse response,
            Model model) {
        String word = form.get("word");
        if (word != null) {
            Map<String, String> longer = new HashMap<>(form);
            longer.merge("prompt", word, (prompt, it) -> prompt.isBlank() ? it : prompt + " " + it);
            return show(who, longer, response, model);
        }
        try {
            ObjectNode body = body(form);
            String project = text(form, "project");
            AuthenticatedTeam payer = payer(who, form);
            model.addAttribute("quote", orders.quote(payer, body, project, requestId));
            model.addAttribute("calls", CallSamples.of(base(), body, project, json));
        } catch (ApiException e) {
            Forms.refuse(e, response, model);
        }
        return show(who, form, response, model);
    }

    /** Orders it; sent twice with one idempotency key, it is the same task. */
    @PostMapping
    String order(
            @AuthenticationPrincipal ConsolePrincipal who,
            @RequestParam Map<String, String> form,
            @RequestAttribute(RequestId.ATTRIBUTE) String requestId,
            HttpServletResponse response,
            Model model) {
        try {
            TaskId task =
                    orders.create(
                            payer(who, form),
                            body(form),
                            text(form, "project"),
                            text(form, "idempotency_key"),
                            requestId,
                            who.actor());
            return "redirect:" + PATH + "/" + task;
        } catch (ApiException e) {
            Forms.refuse(e, response, model);
            return show(who, form, response, model);
        }
    }

    @GetMapping(path = "/{id}", params = "!live")
    String task(
            @AuthenticationPrincipal ConsolePrincipal who, @PathVariable String id, Model model) {
        TaskRecord task = inspection.get(known(id), who.teams(), who.actor());
        fill(task, model);
        if (!task.status().request().prompt().isEmpty()) {
            model.addAttribute(
                    "calls",
                    CallSamples.of(
                            base(),
                            json.valueToTree(task.status().request()),
                            task.project(),
                            json));
        }
        return "console/playground-task";
    }

    /** How far it has come, for a page that is open; the last answer is the one with its end. */
    @GetMapping(path = "/{id}", params = "live")
    String live(
            @AuthenticationPrincipal ConsolePrincipal who,
            @PathVariable String id,
            HttpServletResponse response,
            Model model) {
        TaskRecord task = inspection.progress(known(id), who.teams());
        fill(task, model);
        if (task.finishedAt() != null) {
            response.setStatus(STOP_POLLING);
        }
        return "console/playground-task :: live";
    }

    private void fill(TaskRecord task, Model model) {
        model.addAttribute("task", task);
        model.addAttribute("story", TaskTimeline.of(task));
        model.addAttribute("links", urlRewriter.rewrite(task.status()).response());
    }

    /** The form, with what was typed; a team that is not there is said above it. */
    private String show(
            ConsolePrincipal who,
            Map<String, String> form,
            HttpServletResponse response,
            Model model) {
        List<TeamDetails> choices =
                teams.list(who.teams(), null, PageSize.LARGEST).items().stream()
                        .filter(it -> it.archivedAt() == null)
                        .toList();
        String slug = text(form, "team");
        if (slug == null && choices.size() == 1) {
            slug = choices.getFirst().slug();
        }
        model.addAttribute("form", form);
        model.addAttribute("choices", choices);
        model.addAttribute("slug", slug);
        model.addAttribute("prices", ClipPrice.values());
        model.addAttribute("words", SandboxWord.ALL);
        model.addAttribute(
                "idempotencyKey",
                form.getOrDefault("idempotency_key", "console-" + UUID.randomUUID()));
        if (slug != null) {
            try {
                TeamDetails team = teams.get(slug, who.teams());
                model.addAttribute("team", team);
                model.addAttribute("balance", accounts.balance(team.id()));
                model.addAttribute("payers", keys.callers(slug));
            } catch (ApiException e) {
                Forms.refuse(e, response, model);
            }
        }
        return "console/playground";
    }

    /** The key that it is charged to, which must be able to order now. */
    private AuthenticatedTeam payer(ConsolePrincipal who, Map<String, String> form) {
        String key = form.get("key");
        TeamDetails team = teams.get(form.getOrDefault("team", ""), who.teams());
        return keys.callers(team.slug()).stream()
                .filter(it -> String.valueOf(it.keyId()).equals(key))
                .findFirst()
                .orElseThrow(() ->
                        new ApiException(
                                ErrorCode.KEY_NOT_FOUND,
                                "Choose a key of the team that may order now."));
    }

    /** The body of the create that a form makes: the fields of the API. */
    private ObjectNode body(Map<String, String> form) {
        ObjectNode body = json.createObjectNode();
        body.put("prompt", form.get("prompt"));
        body.put("aspect_ratio", form.get("aspect_ratio"));
        body.put("duration", form.get("duration"));
        body.put("sound", form.containsKey("sound"));
        form.getOrDefault("image_urls", "")
                .lines()
                .map(String::strip)
                .filter(it -> !it.isEmpty())
                .forEach(body.withArray("/image_urls")::add);
        if (body.withArray("/image_urls").isEmpty()) {
            body.remove("image_urls");
        }
        return body;
    }

    private static @Nullable String text(Map<String, String> form, String field) {
        String text = Objects.requireNonNullElse(form.get(field), "").strip();
        return text.isEmpty() ? null : text;
    }

    private static String base() {
        return ServletUriComponentsBuilder.fromCurrentContextPath().toUriString();
    }

    private static TaskId known(String id) {
        return TaskId.parse(id)
                .orElseThrow(() ->
                        new ApiException(ErrorCode.INVALID_TASK_ID, "The task id is malformed."));
    }
}
