package dev.seedgate.operations.console;

import dev.seedgate.access.operator.ConsolePrincipal;
import dev.seedgate.operations.alert.Alert;
import dev.seedgate.operations.alert.AlertFilter;
import dev.seedgate.operations.alert.AlertKind;
import dev.seedgate.operations.alert.Alerts;
import dev.seedgate.platform.database.BillingZone;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.Page;
import dev.seedgate.platform.web.api.IdCursor;
import dev.seedgate.platform.web.api.ReasonRequest;
import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The console's page of alerts: those that wait for somebody, and all that were raised. */
@Hidden
@Controller
class AlertPages {

    private static final String PATH = "/console/alerts";
    private static final int PAGE = 50;
    // More at once are one matter, which the list below shows.
    private static final int MOST_OPEN = 20;

    private final Alerts alerts;
    private final BillingZone zone;
    private final Forms forms;

    AlertPages(Alerts alerts, BillingZone zone, Forms forms) {
        this.alerts = alerts;
        this.zone = zone;
        this.forms = forms;
    }

    @GetMapping(PATH)
    String list(
            @RequestParam Map<String, String> query, HttpServletResponse response, Model model) {
        if ("acknowledged".equals(query.get("done"))) {
            model.addAttribute("done", "Acknowledged: your name stands beside it.");
        }
        return show(query, response, model);
    }

    @PostMapping(PATH + "/{id}/acknowledge")
    String acknowledge(
            @AuthenticationPrincipal ConsolePrincipal who,
            @PathVariable long id,
            @RequestParam Map<String, String> form,
            HttpServletResponse response,
            Model model) {
        try {
            alerts.acknowledge(id, forms.read(form, ReasonRequest.class).reason(), who.actor());
            return "redirect:" + PATH + "?done=acknowledged";
        } catch (ApiException e) {
            if (e.code() == ErrorCode.NOT_FOUND) {
                throw e;
            }
            Forms.refuse(e, form, response, model);
            return show(Map.of(), response, model);
        }
    }

    /** A filter that means nothing is said above an empty list, with what was typed. */
    private String show(Map<String, String> query, HttpServletResponse response, Model model) {
        QueryText filter = QueryText.of(PATH, query, List.of("kind", "team", "from", "to"));
        List<Alert> open = alerts.open(MOST_OPEN + 1);
        model.addAttribute("open", open.subList(0, Math.min(open.size(), MOST_OPEN)));
        model.addAttribute("moreOpen", open.size() > MOST_OPEN);
        model.addAttribute("kinds", AlertKind.values());
        model.addAttribute("filter", filter);
        model.addAttribute("first", query.get("cursor") == null);
        try {
            Page<Alert> page =
                    alerts.find(
                            new AlertFilter(
                                    kind(filter.get("kind")),
                                    filter.get("team"),
                                    zone.moment("from", filter.get("from")),
                                    zone.moment("to", filter.get("to"))),
                            IdCursor.id(query.get("cursor")),
                            PAGE);
            model.addAttribute("alerts", page.items());
            model.addAttribute("next", page.nextCursor());
        } catch (ApiException e) {
            Forms.refuse(e, response, model);
        }
        return "console/alerts";
    }

    private static @Nullable AlertKind kind(@Nullable String name) {
        if (name == null) {
            return null;
        }
        return Arrays.stream(AlertKind.values())
                .filter(it -> it.name().equals(name))
                .findFirst()
                .orElseThrow(() ->
                        new ApiException(
                                ErrorCode.INVALID_REQUEST,
                                "kind must be one of "
                                        + Arrays.toString(AlertKind.values())
                                        + "."));
    }
}
