package dev.seedgate.task.view;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.seedgate.access.team.TeamScope;
import dev.seedgate.access.team.Teams;
import dev.seedgate.platform.database.BillingZone;
import dev.seedgate.platform.values.Actor;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.Page;
import dev.seedgate.platform.values.PageSize;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.platform.web.api.FailsWith;
import dev.seedgate.platform.web.api.PageLimit;
import dev.seedgate.platform.web.api.SingleLine;
import dev.seedgate.task.lifecycle.Phase;
import dev.seedgate.task.lifecycle.TaskInterventions;
import dev.seedgate.task.lifecycle.TaskResolution;
import io.swagger.v3.oas.annotations.Operation;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * The admin calls about tasks of all teams: lists, one with its evidence, and the resolution of
 * those without an outcome.
 */
@RestController
@RequestMapping(path = "/admin/api/tasks", produces = MediaType.APPLICATION_JSON_VALUE)
class TasksController {

    private final TaskInspection inspection;
    private final TaskResolution resolutions;
    private final TaskInterventions interventions;
    private final VendorInquiry inquiry;
    private final BulkRefunds refunds;
    private final BillingZone zone;
    private final Teams teams;

    TasksController(
            TaskInspection inspection,
            TaskResolution resolutions,
            TaskInterventions interventions,
            VendorInquiry inquiry,
            BulkRefunds refunds,
            BillingZone zone,
            Teams teams) {
        this.inspection = inspection;
        this.resolutions = resolutions;
        this.interventions = interventions;
        this.inquiry = inquiry;
        this.refunds = refunds;
        this.zone = zone;
        this.teams = teams;
    }

    @Operation(
            operationId = "findTasks",
            summary = "Find tasks of all teams",
            description =
                    "Newest first, with the evidence of each attempt and the ledger entries. from and to are half-open, dates in the billing zone or instants.")
    @GetMapping
    Page<TaskRecord> list(
            @AuthenticationPrincipal Actor actor,
            @RequestParam(required = false) @Nullable String team,
            @RequestParam(required = false) @Nullable String status,
            @RequestParam(required = false) @Nullable Phase phase,
            @RequestParam(required = false) @Nullable String project,
            @RequestParam(name = "upstream_task_id", required = false)
                    @Nullable String upstreamTaskId,
            @RequestParam(required = false) @Nullable String from,
            @RequestParam(required = false) @Nullable String to,
            @RequestParam(required = false) @Nullable String cursor,
            @PageLimit @RequestParam(defaultValue = PageLimit.DEFAULT) int limit) {
        TaskFilter filter =
                new TaskFilter(
                        TeamScope.ALL,
                        null,
                        phases(status, phase),
                        project,
                        upstreamTaskId,
                        zone.moment("from", from),
                        zone.moment("to", to),
                        null,
                        null);
        return inspection.find(team, filter, cursor, PageSize.checked(limit), actor);
    }

    @Operation(operationId = "getTask", summary = "Read all that is known of a task")
    @FailsWith({ErrorCode.INVALID_TASK_ID, ErrorCode.TASK_NOT_FOUND})
    @GetMapping("/{id}")
    TaskRecord get(@AuthenticationPrincipal Actor actor, @PathVariable String id) {
        return inspection.get(id(id), TeamScope.ALL, actor);
    }

    @Operation(
            operationId = "cancelTaskOfATeam",
            summary = "Cancel a task that still waits",
            description = "The charge goes back.")
    @FailsWith({
        ErrorCode.INVALID_TASK_ID,
        ErrorCode.TASK_NOT_FOUND,
        ErrorCode.TASK_NOT_CANCELLABLE
    })
    @DeleteMapping("/{id}")
    TaskRecord cancel(@AuthenticationPrincipal Actor actor, @PathVariable String id) {
        interventions.cancel(id(id), actor);
        return inspection.get(id(id), TeamScope.ALL, actor);
    }

    @Operation(
            operationId = "resolveTask",
            summary = "Say what became of a task",
            description =
                    "For UNCERTAIN and EXPIRED tasks. REFUND gives the charge back and books the possible loss to the company; ATTACH names the vendor's task, which is asked once and then polled.")
    @FailsWith({
        ErrorCode.INVALID_TASK_ID,
        ErrorCode.TASK_NOT_FOUND,
        ErrorCode.TASK_NOT_RESOLVABLE,
        ErrorCode.UPSTREAM_ID_TAKEN,
        ErrorCode.UPSTREAM_TASK_DIFFERS,
        ErrorCode.UPSTREAM_TASK_UNKNOWN,
        ErrorCode.UPSTREAM_UNAVAILABLE
    })
    @PostMapping("/{id}/resolve")
    TaskRecord resolve(
            @AuthenticationPrincipal Actor actor,
            @PathVariable String id,
            @Valid @RequestBody ResolveRequest request) {
        TaskId task = id(id);
        switch (request.outcome()) {
            case REFUND -> resolutions.refund(task, request.reason(), actor);
            case ATTACH ->
                    resolutions.attach(
                            task,
                            request.requiredUpstreamTaskId(),
                            Boolean.TRUE.equals(request.force()),
                            request.reason(),
                            actor);
        }
        return inspection.get(task, TeamScope.ALL, actor);
    }

    @Operation(
            operationId = "askVendor",
            summary = "Ask the vendor about a task now",
            description =
                    "For a task that the vendor has and that has not ended. Its next poll is due at once and goes by the rate, pauses and breakers like all others; the answer is waited for a little, and the task is as it is then. One that only waits for its refund is polled again.")
    @FailsWith({ErrorCode.INVALID_TASK_ID, ErrorCode.TASK_NOT_FOUND, ErrorCode.TASK_NOT_RESOLVABLE})
    @PostMapping("/{id}/ask")
    TaskRecord ask(@AuthenticationPrincipal Actor actor, @PathVariable String id) {
        inquiry.ask(id(id), actor);
        return inspection.get(id(id), TeamScope.ALL, actor);
    }

    @Operation(
            operationId = "refundTasks",
            summary = "Refund many tasks that nobody knows of",
            description =
                    "All UNCERTAIN or EXPIRED tasks of a team, made before a moment, or both; one of the two must be given. At most 200 a call; those that can't be refunded yet are told.")
    @FailsWith(ErrorCode.TEAM_NOT_FOUND)
    @PostMapping("/refund")
    BulkAnswer refund(
            @AuthenticationPrincipal Actor actor, @Valid @RequestBody BulkRequest request) {
        if (!BulkRefunds.PHASES.contains(request.phase())) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST, "phase must be UNCERTAIN or EXPIRED.");
        }
        if (request.team() == null && request.before() == null) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST,
                    "team or before is missing: say whose tasks, or before which moment they were made.");
        }
        if (request.team() != null) {
            teams.get(request.team());
        }
        TaskFilter filter =
                new TaskFilter(
                        TeamScope.ALL,
                        null,
                        EnumSet.of(request.phase()),
                        null,
                        null,
                        null,
                        zone.moment("before", request.before()),
                        null,
                        null);
        List<TaskId> found =
                inspection
                        .find(request.team(), filter, null, PageSize.LARGEST, actor)
                        .items()
                        .stream()
                        .map(it -> id(it.status().taskId()))
                        .toList();
        return BulkAnswer.of(refunds.refundEach(found, request.reason(), actor));
    }

    private static Set<Phase> phases(@Nullable String status, @Nullable Phase phase) {
        Set<Phase> phases = Phase.parseFilter(status);
        if (phase != null) {
            phases.retainAll(EnumSet.of(phase));
        }
        return phases;
    }

    private static TaskId id(String text) {
        return TaskId.parse(text)
                .orElseThrow(() ->
                        new ApiException(ErrorCode.INVALID_TASK_ID, "The task id is malformed."));
    }

    /** Which tasks: of a phase, of a team and made before; one of the last two is enough. */
    record BulkRequest(
            @NotNull Phase phase,
            @SingleLine @Nullable String team,
            @SingleLine @Nullable String before,
            @SingleLine @Size(max = 500) @Nullable String reason) {}

    /** The tasks that were refunded, and those that were not, each with its reason. */
    record BulkAnswer(List<String> refunded, List<NotRefunded> left) {

        static BulkAnswer of(BulkRefunds.Outcome outcome) {
            return new BulkAnswer(
                    outcome.refunded().stream().map(TaskId::value).toList(),
                    outcome.left().stream()
                            .map(it -> new NotRefunded(it.task().value(), it.code(), it.message()))
                            .toList());
        }
    }

    /** A task that could not be refunded. */
    record NotRefunded(@JsonProperty("task_id") String taskId, ErrorCode error, String message) {}
}
