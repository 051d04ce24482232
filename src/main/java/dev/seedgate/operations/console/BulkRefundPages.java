package dev.seedgate.operations.console;

import dev.seedgate.access.operator.ConsolePrincipal;
import dev.seedgate.access.team.TeamScope;
import dev.seedgate.platform.database.BillingZone;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.web.api.SingleLine;
import dev.seedgate.task.view.BulkRefunds;
import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/**
 * The console's page of a refund of all tasks that a filter finds: it says what will be done, does
 * just that, and says what was. The form brings the filter, the number, the sum and the tasks
 * themselves back; when they are others by then, nothing is done.
 */
@Hidden
@Controller
class BulkRefundPages {

    private static final int CONFLICT = 409;

    private final BulkRefunds refunds;
    private final ConsoleSettings settings;
    private final BillingZone zone;
    private final Forms forms;

    BulkRefundPages(BulkRefunds refunds, ConsoleSettings settings, BillingZone zone, Forms forms) {
        this.refunds = refunds;
        this.settings = settings;
        this.zone = zone;
        this.forms = forms;
    }

    /** What it would do, and the form that does it. */
    @GetMapping(TaskListFilter.REFUND)
    String ask(@RequestParam Map<String, String> query, HttpServletResponse response, Model model) {
        TaskListFilter filter = TaskListFilter.of(query);
        try {
            return show(filter, preview(filter, null), model);
        } catch (ApiException e) {
            return refuse(e, filter, query, response, model);
        }
    }

    /** Does it if it is still what was shown, once. */
    @PostMapping(TaskListFilter.REFUND)
    String refund(
            @AuthenticationPrincipal ConsolePrincipal who,
            @RequestParam Map<String, String> form,
            HttpServletResponse response,
            Model model) {
        TaskListFilter filter = TaskListFilter.of(form);
        try {
            BulkRefundRequest seen = forms.read(form, BulkRefundRequest.class);
            model.addAttribute("object", "tasks:" + seen.once());
            if (refunds.isBegun(seen.once())) {
                return show(filter, null, model);
            }
            BulkRefunds.Preview now = preview(filter, seen.newest());
            if (!seen.isOf(now)) {
                response.setStatus(CONFLICT);
                model.addAttribute("seen", seen);
                model.addAttribute("form", form);
                return show(filter, preview(filter, null), model);
            }
            BulkRefunds.Outcome outcome =
                    refunds.refund(
                            now, seen.once(), filter.getFields(), seen.reason(), who.actor());
            model.addAttribute("outcome", outcome);
            return show(filter, outcome == null ? null : now, model);
        } catch (ApiException e) {
            return refuse(e, filter, form, response, model);
        }
    }

    private BulkRefunds.Preview preview(TaskListFilter filter, @Nullable String newest) {
        return refunds.preview(
                filter.teamSlug(),
                filter.filter(TeamScope.ALL, zone),
                TaskListFilter.taskIn(newest).orElse(null),
                settings.consoleBulkLimit());
    }

    private static String show(
            TaskListFilter filter, BulkRefunds.@Nullable Preview preview, Model model) {
        model.addAttribute("filter", filter);
        model.addAttribute("preview", preview);
        model.addAttribute("once", UUID.randomUUID().toString());
        return "console/tasks-refund";
    }

    /** What was typed stays, with what would be done now, if anything. */
    private String refuse(
            ApiException refusal,
            TaskListFilter filter,
            Map<String, String> form,
            HttpServletResponse response,
            Model model) {
        Forms.refuse(refusal, form, response, model);
        try {
            return show(filter, preview(filter, null), model);
        } catch (ApiException _) {
            // Its filter is what was refused.
            return show(filter, null, model);
        }
    }

    /**
     * A refund as its form brings it back.
     *
     * @param count of the tasks that were shown
     * @param credits their sum
     * @param tasks which they were
     * @param newest the id of the newest of them
     * @param once what it is known by when it is sent again
     */
    record BulkRefundRequest(
            @NotNull Long count,
            @NotNull Long credits,
            @NotNull @Pattern(regexp = "[0-9a-f]{64}", message = "must be as the page has it")
                    String tasks,
            @NotNull @Pattern(regexp = "sd15p_[A-Za-z0-9]{15,64}", message = "must be a task's id")
                    String newest,
            @NotNull @Pattern(regexp = "[A-Za-z0-9-]{8,64}", message = "must be as the page has it")
                    String once,
            @NotNull @SingleLine @Size(max = 500) String reason) {

        boolean isOf(BulkRefunds.Preview preview) {
            return count == preview.count()
                    && credits == preview.credits()
                    && tasks.equals(preview.fingerprint());
        }
    }
}
