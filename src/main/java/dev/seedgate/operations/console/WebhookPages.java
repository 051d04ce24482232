package dev.seedgate.operations.console;

import dev.seedgate.access.operator.ConsolePrincipal;
import dev.seedgate.operations.webhook.DeliveryLog;
import dev.seedgate.operations.webhook.DeliveryLog.DeliveryRecord;
import dev.seedgate.operations.webhook.Endpoints;
import dev.seedgate.operations.webhook.Endpoints.TeamEndpoint;
import dev.seedgate.platform.values.Page;
import dev.seedgate.platform.web.api.IdCursor;
import io.swagger.v3.oas.annotations.Hidden;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The console's pages of webhooks: the endpoints of all teams, and what went to one. */
@Hidden
@Controller
class WebhookPages {

    private static final String PATH = "/console/webhooks";
    private static final int PAGE = 50;

    private final Endpoints endpoints;
    private final DeliveryLog deliveries;

    WebhookPages(Endpoints endpoints, DeliveryLog deliveries) {
        this.endpoints = endpoints;
        this.deliveries = deliveries;
    }

    @GetMapping(PATH)
    String list(
            @AuthenticationPrincipal ConsolePrincipal who,
            @RequestParam(required = false) @Nullable String done,
            @RequestParam(required = false) @Nullable String cursor,
            Model model) {
        if ("removed".equals(done)) {
            model.addAttribute("done", "Removed, with what was still to be delivered there.");
        }
        Page<TeamEndpoint> page = endpoints.list(who.teams(), IdCursor.id(cursor), PAGE);
        model.addAttribute("endpoints", page.items());
        model.addAttribute("next", page.nextCursor());
        model.addAttribute("first", cursor == null);
        return "console/webhooks";
    }

    @GetMapping(PATH + "/{id}")
    String endpoint(
            @AuthenticationPrincipal ConsolePrincipal who,
            @PathVariable long id,
            @RequestParam(required = false) @Nullable String done,
            @RequestParam(required = false) @Nullable String cursor,
            Model model) {
        if ("redelivered".equals(done)) {
            model.addAttribute(
                    "done",
                    "It is sent again now, with the same id. Reload to see what came of it.");
        }
        TeamEndpoint found = endpoints.get(who.teams(), id);
        Page<DeliveryRecord> page = deliveries.find(found.teamId(), id, IdCursor.id(cursor), PAGE);
        model.addAttribute("team", found.team());
        model.addAttribute("endpoint", found.endpoint());
        model.addAttribute(
                "deliveries", page.items().stream().map(DeliveryRecord::withoutUrl).toList());
        model.addAttribute("next", page.nextCursor());
        model.addAttribute("first", cursor == null);
        return "console/webhook";
    }

    @PostMapping(PATH + "/{id}/deliveries/{delivery}/redeliver")
    String redeliver(
            @AuthenticationPrincipal ConsolePrincipal who,
            @PathVariable long id,
            @PathVariable long delivery) {
        endpoints.get(who.teams(), id);
        deliveries.redeliver(id, delivery, who.actor());
        return "redirect:" + PATH + "/" + id + "?done=redelivered";
    }

    @PostMapping(PATH + "/{id}/remove")
    String remove(@AuthenticationPrincipal ConsolePrincipal who, @PathVariable long id) {
        endpoints.delete(endpoints.get(who.teams(), id).teamId(), id, who.actor());
        return "redirect:" + PATH + "?done=removed";
    }
}
