package dev.seedgate.operations.webhook;

import dev.seedgate.access.team.AuthenticatedTeam;
import dev.seedgate.operations.webhook.DeliveryLog.DeliveryRecord;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.Page;
import dev.seedgate.platform.values.PageSize;
import dev.seedgate.platform.web.api.Envelope;
import dev.seedgate.platform.web.api.FailsWith;
import dev.seedgate.platform.web.api.IdCursor;
import dev.seedgate.platform.web.api.PageLimit;
import dev.seedgate.platform.web.api.SingleLine;
import io.swagger.v3.oas.annotations.Operation;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The calls about a team's own endpoints. */
@RestController
@RequestMapping(path = "/api/webhooks", produces = MediaType.APPLICATION_JSON_VALUE)
class WebhooksController {

    private final Endpoints endpoints;
    private final DeliveryLog deliveries;

    WebhooksController(Endpoints endpoints, DeliveryLog deliveries) {
        this.endpoints = endpoints;
        this.deliveries = deliveries;
    }

    @Operation(
            operationId = "createWebhook",
            summary = "Be told of tasks' ends",
            description =
                    "Every end of a task from now on is sent to the URL, signed by Standard Webhooks with the secret, which is shown in this answer only. task.failed is also told of cancelled and refunded tasks. Without events it is told of all.")
    @FailsWith({
        ErrorCode.WEBHOOK_EXISTS,
        ErrorCode.TOO_MANY_WEBHOOKS,
        ErrorCode.WEBHOOKS_UNAVAILABLE
    })
    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    Envelope<WebhookView> create(
            @AuthenticationPrincipal AuthenticatedTeam caller,
            @Valid @RequestBody WebhookRequest request) {
        return Envelope.success(
                WebhookView.of(endpoints.create(caller, request.url(), request.wanted())));
    }

    @Operation(
            operationId = "listWebhooks",
            summary = "List the team's webhooks",
            description =
                    "The one without a URL is that of X-Callback-Url, when the team has a list of hosts for it; rotate it to get its secret.")
    @GetMapping
    Envelope<Page<WebhookView>> list(@AuthenticationPrincipal AuthenticatedTeam caller) {
        return Envelope.success(
                new Page<>(
                        endpoints.list(caller.teamId()).stream().map(WebhookView::of).toList(),
                        null));
    }

    @Operation(operationId = "getWebhook", summary = "Read a webhook")
    @FailsWith(ErrorCode.NOT_FOUND)
    @GetMapping("/{id}")
    Envelope<WebhookView> get(
            @AuthenticationPrincipal AuthenticatedTeam caller, @PathVariable long id) {
        return Envelope.success(WebhookView.of(endpoints.get(caller.teamId(), id)));
    }

    @Operation(
            operationId = "deleteWebhook",
            summary = "Remove a webhook",
            description = "What was still to be delivered to it is dropped.")
    @FailsWith(ErrorCode.NOT_FOUND)
    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@AuthenticationPrincipal AuthenticatedTeam caller, @PathVariable long id) {
        endpoints.delete(caller.teamId(), id, caller.actor());
    }

    @Operation(
            operationId = "rotateWebhook",
            summary = "Give a webhook a new secret",
            description =
                    "Shown in this answer only. Until old_secret_until every message is signed with both.")
    @FailsWith({ErrorCode.NOT_FOUND, ErrorCode.WEBHOOKS_UNAVAILABLE})
    @PostMapping("/{id}/rotate")
    Envelope<WebhookView> rotate(
            @AuthenticationPrincipal AuthenticatedTeam caller, @PathVariable long id) {
        return Envelope.success(WebhookView.of(endpoints.rotate(caller, id)));
    }

    @Operation(
            operationId = "testWebhook",
            summary = "Send a webhook a test",
            description =
                    "One try of a message of type webhook.test; what came of it is in the list of deliveries. A webhook that was disabled and takes it is enabled again.")
    @FailsWith(ErrorCode.NOT_FOUND)
    @PostMapping("/{id}/test")
    @ResponseStatus(HttpStatus.ACCEPTED)
    Envelope<DeliveryRecord> test(
            @AuthenticationPrincipal AuthenticatedTeam caller, @PathVariable long id) {
        return Envelope.success(deliveries.test(caller.teamId(), id));
    }

    @Operation(
            operationId = "listDeliveries",
            summary = "Read what was delivered to a webhook",
            description = "Newest first, each with its tries.")
    @FailsWith(ErrorCode.NOT_FOUND)
    @GetMapping("/{id}/deliveries")
    Envelope<Page<DeliveryRecord>> deliveries(
            @AuthenticationPrincipal AuthenticatedTeam caller,
            @PathVariable long id,
            @RequestParam(required = false) @Nullable String cursor,
            @PageLimit @RequestParam(defaultValue = PageLimit.DEFAULT) int limit) {
        return Envelope.success(
                deliveries.find(caller.teamId(), id, IdCursor.id(cursor), PageSize.checked(limit)));
    }

    @Operation(
            operationId = "redeliver",
            summary = "Deliver a message once more",
            description = "At once, with the same webhook-id and body.")
    @FailsWith(ErrorCode.NOT_FOUND)
    @PostMapping("/deliveries/{id}/redeliver")
    @ResponseStatus(HttpStatus.ACCEPTED)
    Envelope<DeliveryRecord> redeliver(
            @AuthenticationPrincipal AuthenticatedTeam caller, @PathVariable long id) {
        return Envelope.success(deliveries.redeliver(caller.teamId(), id));
    }

    /** Absent events mean all. */
    record WebhookRequest(
            @NotNull @SingleLine @Size(max = Endpoints.LONGEST_URL) String url,
            @Size(min = 1, max = 10) @Nullable Set<@NotNull TaskEvent> events) {

        Set<TaskEvent> wanted() {
            return events == null ? EnumSet.allOf(TaskEvent.class) : events;
        }

        /** Without the URL: with some receivers whoever knows it may write to them. */
        @Override
        public String toString() {
            return "WebhookRequest[events=" + events + "]";
        }
    }
}
