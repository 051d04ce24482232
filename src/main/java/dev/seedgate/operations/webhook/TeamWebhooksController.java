package dev.seedgate.operations.webhook;

import dev.seedgate.operations.webhook.DeliveryLog.DeliveryRecord;
import dev.seedgate.platform.values.Actor;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.Page;
import dev.seedgate.platform.values.PageSize;
import dev.seedgate.platform.web.api.FailsWith;
import dev.seedgate.platform.web.api.IdCursor;
import dev.seedgate.platform.web.api.PageLimit;
import io.swagger.v3.oas.annotations.Operation;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
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
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The admin calls about the teams' endpoints, and where their callbacks may lead to. */
@RestController
@RequestMapping(path = "/admin/api/teams/{slug}", produces = MediaType.APPLICATION_JSON_VALUE)
class TeamWebhooksController {

    private static final String HOST_FORM = "[a-z0-9._:\\[\\]-]{1,253}";

    private final Endpoints endpoints;
    private final DeliveryLog deliveries;

    TeamWebhooksController(Endpoints endpoints, DeliveryLog deliveries) {
        this.endpoints = endpoints;
        this.deliveries = deliveries;
    }

    @Operation(
            operationId = "listTeamWebhooks",
            summary = "List a team's webhooks",
            description = "Their URLs are cut behind the host.")
    @FailsWith(ErrorCode.TEAM_NOT_FOUND)
    @GetMapping("/webhooks")
    Page<WebhookView> list(@PathVariable String slug) {
        return new Page<>(
                endpoints.list(endpoints.id(slug)).stream()
                        .map(Endpoint::withoutPath)
                        .map(WebhookView::of)
                        .toList(),
                null);
    }

    @Operation(
            operationId = "deleteTeamWebhook",
            summary = "Remove a team's webhook",
            description = "What was still to be delivered to it is dropped.")
    @FailsWith({ErrorCode.TEAM_NOT_FOUND, ErrorCode.NOT_FOUND})
    @DeleteMapping("/webhooks/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(
            @AuthenticationPrincipal Actor actor,
            @PathVariable String slug,
            @PathVariable long id) {
        endpoints.delete(endpoints.id(slug), id, actor);
    }

    @Operation(
            operationId = "listTeamDeliveries",
            summary = "Read what was delivered to a team's webhook",
            description = "Newest first, each with its tries.")
    @FailsWith({ErrorCode.TEAM_NOT_FOUND, ErrorCode.NOT_FOUND})
    @GetMapping("/webhooks/{id}/deliveries")
    Page<DeliveryRecord> deliveries(
            @PathVariable String slug,
            @PathVariable long id,
            @RequestParam(required = false) @Nullable String cursor,
            @PageLimit @RequestParam(defaultValue = PageLimit.DEFAULT) int limit) {
        Page<DeliveryRecord> page =
                deliveries.find(
                        endpoints.id(slug), id, IdCursor.id(cursor), PageSize.checked(limit));
        return new Page<>(
                page.items().stream().map(DeliveryRecord::withoutUrl).toList(), page.nextCursor());
    }

    @Operation(
            operationId = "getCallbackHosts",
            summary = "Read where a team's callbacks may lead to")
    @FailsWith(ErrorCode.TEAM_NOT_FOUND)
    @GetMapping("/callback-hosts")
    CallbackHosts callbackHosts(@PathVariable String slug) {
        return new CallbackHosts(
                endpoints
                        .callbacks(endpoints.id(slug))
                        .map(it -> Objects.requireNonNull(it.hosts()))
                        .orElse(List.of()));
    }

    @Operation(
            operationId = "setCallbackHosts",
            summary = "Say where a team's callbacks may lead to",
            description =
                    "The hosts that X-Callback-Url may name, all of them; none: the team may not use it. The team finds what signs its callbacks among its webhooks.")
    @FailsWith({ErrorCode.TEAM_NOT_FOUND, ErrorCode.WEBHOOKS_UNAVAILABLE})
    @PutMapping("/callback-hosts")
    CallbackHosts setCallbackHosts(
            @AuthenticationPrincipal Actor actor,
            @PathVariable String slug,
            @Valid @RequestBody CallbackHosts request) {
        return new CallbackHosts(
                List.copyOf(endpoints.allowCallbacks(slug, new TreeSet<>(request.hosts()), actor)));
    }

    /** Hosts, in lower case and without ports. */
    record CallbackHosts(
            @NotNull @Size(max = 100)
                    List<
                                    @NotNull
                                    @Pattern(
                                            regexp = HOST_FORM,
                                            message = "must be names of hosts in lower case")
                                    String>
                            hosts) {}
}
