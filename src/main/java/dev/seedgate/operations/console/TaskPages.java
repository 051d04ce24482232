package dev.seedgate.operations.console;

import dev.seedgate.access.operator.ConsolePrincipal;
import dev.seedgate.access.team.Teams;
import dev.seedgate.operations.webhook.DeliveryLog;
import dev.seedgate.platform.database.BillingZone;
import dev.seedgate.platform.values.Actor;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.Page;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.platform.web.api.CsvBody;
import dev.seedgate.task.clip.ClipDelivery;
import dev.seedgate.task.lifecycle.TaskInterventions;
import dev.seedgate.task.lifecycle.TaskResolution;
import dev.seedgate.task.view.ResolveRequest;
import dev.seedgate.task.view.SandboxUrlRewriter;
import dev.seedgate.task.view.TaskFilter;
import dev.seedgate.task.view.TaskInspection;
import dev.seedgate.task.view.TaskRecord;
import dev.seedgate.task.view.VendorInquiry;
import dev.seedgate.task.view.VendorInquiry.VendorContact;
import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;
import tools.jackson.databind.json.JsonMapper;

/** The console's pages of tasks: the list with its filter, one task, and what can be done to it. */
@Hidden
@Controller
class TaskPages {

    // A screen or two; the next page is a key away.
    private static final int PAGE = 50;

    private final Teams teams;
    private final TaskInspection inspection;
    private final TaskResolution resolutions;
    private final TaskInterventions interventions;
    private final VendorInquiry inquiry;
    private final ClipDelivery clips;
    private final DeliveryLog deliveries;
    private final SandboxUrlRewriter urlRewriter;
    private final BillingZone zone;
    private final Forms forms;
    private final JsonMapper json;

    TaskPages(
            Teams teams,
            TaskInspection inspection,
            TaskResolution resolutions,
            TaskInterventions interventions,
            VendorInquiry inquiry,
            ClipDelivery clips,
            DeliveryLog deliveries,
            SandboxUrlRewriter urlRewriter,
            BillingZone zone,
            Forms forms,
            JsonMapper json) {
        this.teams = teams;
        this.inspection = inspection;
        this.resolutions = resolutions;
        this.interventions = interventions;
        this.inquiry = inquiry;
        this.clips = clips;
        this.deliveries = deliveries;
        this.urlRewriter = urlRewriter;
        this.zone = zone;
        this.forms = forms;
        this.json = json;
    }

    /** The list; a filter that means nothing is said above an empty one, with what was typed. */
    @GetMapping(path = TaskListFilter.PATH, params = "!format")
    String list(
            @AuthenticationPrincipal ConsolePrincipal who,
            @RequestParam Map<String, String> query,
            HttpServletResponse response,
            Model model) {
        String q = query.get("q");
        String cursor = query.get("cursor");
        // The vendor's ids have the same form.
        Optional<TaskId> searched =
                TaskListFilter.taskIn(q).filter(it -> inspection.exists(it, who.teams()));
        if (searched.isPresent()) {
            return "redirect:" + TaskListFilter.PATH + "/" + searched.get();
        }
        TaskListFilter typed = TaskListFilter.of(query).searching(q);
        model.addAttribute("filter", typed);
        model.addAttribute("first", cursor == null);
        try {
            TaskFilter filter = filter(typed, who);
            Page<TaskRecord> page =
                    inspection.find(typed.teamSlug(), filter, cursor, PAGE, who.actor());
            model.addAttribute("tasks", page.items());
            model.addAttribute("next", page.nextCursor());
            model.addAttribute("totals", inspection.totals(typed.teamSlug(), filter));
            model.addAttribute("window", inspection.window(typed.teamSlug(), filter).orElse(null));
        } catch (ApiException e) {
            Forms.refuse(e, response, model);
        }
        return "console/tasks";
    }

    /** What the same filter finds, as a file. */
    @GetMapping(path = TaskListFilter.PATH, params = "format")
    void csv(
            @AuthenticationPrincipal ConsolePrincipal who,
            @RequestParam Map<String, String> query,
            @RequestParam String format,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        CsvBody.require(format, request);
        TaskListFilter typed = TaskListFilter.of(query);
        inspection.csv(typed.teamSlug(), filter(typed, who)).send(response, "tasks", "1");
    }

    /**
     * The typed filter over the teams that somebody sees. For a member another team is none, and so
     * is a task that is looked for by the vendor's id: that is not theirs to know.
     */
    private TaskFilter filter(TaskListFilter typed, ConsolePrincipal who) {
        if (who.isMember()) {
            String team = typed.teamSlug();
            if (team != null) {
                teams.get(team, who.teams());
            }
            String searched = typed.get(TaskListFilter.UPSTREAM);
            if (searched != null && !searched.isBlank()) {
                throw new ApiException(
                        ErrorCode.TASK_NOT_FOUND, "There is no task " + searched + ".");
            }
        }
        return typed.filter(who.teams(), zone);
    }

    @GetMapping(path = TaskListFilter.PATH + "/{id}", params = "!live")
    String task(
            @AuthenticationPrincipal ConsolePrincipal who,
            @PathVariable String id,
            @RequestParam(required = false) @Nullable String done,
            @RequestParam(required = false) @Nullable String asked,
            Model model) {
        model.addAttribute(
                "done",
                switch (done) {
                    case "refunded" -> "The charge went back to the team.";
                    case "attached" -> "Attached: the vendor is asked for that task from now on.";
                    case "cancelled" -> "Cancelled: the charge went back to the team.";
                    case null, default -> null;
                });
        model.addAttribute("asked", instant(asked));
        return show(who, id, model);
    }

    /** What the vendor said of it, for a page that waits for that; no look at the prompt. */
    @GetMapping(path = TaskListFilter.PATH + "/{id}", params = "live")
    String contact(
            @AuthenticationPrincipal ConsolePrincipal who,
            @PathVariable String id,
            @RequestParam(required = false) @Nullable String asked,
            HttpServletResponse response,
            Model model) {
        TaskTimeline story = TaskTimeline.of(inspection.progress(known(id), who.teams()));
        Optional<VendorContact> contact = contact(who, known(id));
        model.addAttribute("story", story);
        model.addAttribute("contact", contact.orElse(null));
        model.addAttribute("asked", instant(asked));
        if (!story.isAskable()) {
            // It has ended: all of the page is another.
            response.setHeader("HX-Refresh", "true");
        } else if (!contact.map(VendorContact::pending).orElse(false)) {
            response.setStatus(PlaygroundPages.STOP_POLLING);
        }
        return "console/task :: contact";
    }

    /** When the vendor is asked is not a member's to know. */
    private Optional<VendorContact> contact(ConsolePrincipal who, TaskId id) {
        return who.isMember() ? Optional.empty() : inquiry.contact(id);
    }

    /** Has the vendor asked about it now; what came back is on the page that this leads to. */
    @PostMapping(TaskListFilter.PATH + "/{id}/ask")
    String ask(
            @AuthenticationPrincipal ConsolePrincipal who,
            @PathVariable String id,
            HttpServletResponse response,
            Model model) {
        return act(
                who,
                id,
                () -> "asked&asked=" + inquiry.ask(known(id), who.actor()),
                Map.of(),
                response,
                model);
    }

    /** The clip itself, from this server: the page may show nothing from elsewhere. */
    @GetMapping(TaskListFilter.PATH + "/{id}/clip")
    void clip(
            @AuthenticationPrincipal ConsolePrincipal who,
            @PathVariable String id,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        clips.send(known(id), who.teams(), request, response);
    }

    @PostMapping(TaskListFilter.PATH + "/{id}/cancel")
    String cancel(
            @AuthenticationPrincipal ConsolePrincipal who,
            @PathVariable String id,
            HttpServletResponse response,
            Model model) {
        return act(
                who,
                id,
                () -> {
                    interventions.cancel(known(id), who.actor());
                    return "cancelled";
                },
                Map.of(),
                response,
                model);
    }

    /** Says what became of a task: {@code REFUND} or {@code ATTACH}. */
    @PostMapping(TaskListFilter.PATH + "/{id}/resolve")
    String resolve(
            @AuthenticationPrincipal ConsolePrincipal who,
            @PathVariable String id,
            @RequestParam Map<String, String> form,
            HttpServletResponse response,
            Model model) {
        return act(who, id, () -> resolve(who, known(id), form), form, response, model);
    }

    private String resolve(ConsolePrincipal who, TaskId id, Map<String, String> form) {
        ResolveRequest requested = forms.read(form, ResolveRequest.class);
        Actor actor = who.actor();
        return switch (requested.outcome()) {
            case REFUND -> {
                resolutions.refund(id, requested.reason(), actor);
                yield "refunded";
            }
            case ATTACH -> {
                resolutions.attach(
                        id,
                        requested.requiredUpstreamTaskId(),
                        Boolean.TRUE.equals(requested.force()),
                        requested.reason(),
                        actor);
                yield "attached";
            }
        };
    }

    /**
     * Does it and leads to the page that says so; a refusal is the page with what was typed.
     *
     * @param act answers the word for what was done
     */
    private String act(
            ConsolePrincipal who,
            String id,
            Supplier<String> act,
            Map<String, String> form,
            HttpServletResponse response,
            Model model) {
        try {
            return "redirect:" + TaskListFilter.PATH + "/" + id + "?done=" + act.get();
        } catch (ApiException e) {
            if (e.code() == ErrorCode.TASK_NOT_FOUND || e.code() == ErrorCode.INVALID_TASK_ID) {
                throw e;
            }
            Forms.refuse(e, form, response, model);
            return show(who, id, model);
        }
    }

    private String show(ConsolePrincipal who, String id, Model model) {
        TaskRecord task = inspection.get(known(id), who.teams(), who.actor());
        String base = ServletUriComponentsBuilder.fromCurrentContextPath().toUriString();
        model.addAttribute("task", task);
        model.addAttribute("story", TaskTimeline.of(task));
        model.addAttribute("contact", contact(who, known(id)).orElse(null));
        model.addAttribute("links", urlRewriter.rewrite(task.status()).response());
        model.addAttribute("told", deliveries.ofTask(known(id)));
        model.addAttribute("curl", curl(base, task));
        model.addAttribute("base", base);
        return "console/task";
    }

    /** The order as a line for a shell. */
    private String curl(String base, TaskRecord task) {
        String body = json.writeValueAsString(task.status().request()).replace("'", "'\\''");
        return """
        curl -X POST %s/api/generate \\
          -H "Authorization: Bearer $SEEDGATE_KEY" \\
          -H 'Content-Type: application/json' \\
          -d '%s'\
        """
                .formatted(base, body);
    }

    /** Null for what is none: an address that somebody has changed says nothing. */
    private static @Nullable Instant instant(@Nullable String text) {
        try {
            return text == null ? null : Instant.parse(text);
        } catch (DateTimeParseException _) {
            return null;
        }
    }

    private static TaskId known(String id) {
        return TaskId.parse(id)
                .orElseThrow(() ->
                        new ApiException(ErrorCode.INVALID_TASK_ID, "The task id is malformed."));
    }
}
