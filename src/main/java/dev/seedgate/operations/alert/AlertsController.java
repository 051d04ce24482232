package dev.seedgate.operations.alert;

import dev.seedgate.platform.database.BillingZone;
import dev.seedgate.platform.values.Actor;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.Page;
import dev.seedgate.platform.values.PageSize;
import dev.seedgate.platform.web.api.FailsWith;
import dev.seedgate.platform.web.api.IdCursor;
import dev.seedgate.platform.web.api.PageLimit;
import dev.seedgate.platform.web.api.ReasonRequest;
import io.swagger.v3.oas.annotations.Operation;
import jakarta.validation.Valid;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The admin calls about alerts: a list, and an acknowledgement. */
@RestController
@RequestMapping(path = "/admin/api/alerts", produces = MediaType.APPLICATION_JSON_VALUE)
class AlertsController {

    private final Alerts alerts;
    private final BillingZone billingZone;

    AlertsController(Alerts alerts, BillingZone billingZone) {
        this.alerts = alerts;
        this.billingZone = billingZone;
    }

    @Operation(
            operationId = "listAlerts",
            summary = "Read what was raised",
            description =
                    "Newest first: used quotas, a low pool, drift, tasks that are UNCERTAIN for long, webhooks that were disabled; each once for its threshold and period, with the state of its delivery. from and to are half-open, an instant or a date in the billing zone.")
    @GetMapping
    Page<Alert> list(
            @RequestParam(required = false) @Nullable AlertKind kind,
            @RequestParam(required = false) @Nullable String team,
            @RequestParam(required = false) @Nullable String from,
            @RequestParam(required = false) @Nullable String to,
            @RequestParam(required = false) @Nullable String cursor,
            @PageLimit @RequestParam(defaultValue = PageLimit.DEFAULT) int limit) {
        AlertFilter filter =
                new AlertFilter(
                        kind, team, billingZone.moment("from", from), billingZone.moment("to", to));
        return alerts.find(filter, IdCursor.id(cursor), PageSize.checked(limit));
    }

    @Operation(
            operationId = "acknowledgeAlert",
            summary = "Say that somebody looks after it",
            description = "The first who says so stays written down.")
    @FailsWith(ErrorCode.NOT_FOUND)
    @PostMapping("/{id}/acknowledge")
    Alert acknowledge(
            @AuthenticationPrincipal Actor actor,
            @PathVariable long id,
            @Valid @RequestBody(required = false) @Nullable ReasonRequest request) {
        return alerts.acknowledge(id, ReasonRequest.of(request), actor);
    }
}
