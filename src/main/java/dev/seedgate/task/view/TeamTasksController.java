package dev.seedgate.task.view;

import dev.seedgate.access.team.AuthenticatedTeam;
import dev.seedgate.access.team.TeamScope;
import dev.seedgate.platform.database.BillingZone;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.Page;
import dev.seedgate.platform.values.PageSize;
import dev.seedgate.platform.values.ProjectName;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.platform.web.api.Envelope;
import dev.seedgate.platform.web.api.FailsWith;
import dev.seedgate.platform.web.api.PageLimit;
import dev.seedgate.task.lifecycle.Phase;
import dev.seedgate.task.lifecycle.TaskInterventions;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The calls about a team's own tasks: its list, one with its history, a cancellation. */
@RestController
@RequestMapping(path = "/api", produces = MediaType.APPLICATION_JSON_VALUE)
class TeamTasksController {

    private final TaskQueries queries;
    private final TaskHistory history;
    private final SandboxUrlRewriter urlRewriter;
    private final TaskInterventions interventions;
    private final BillingZone zone;

    TeamTasksController(
            TaskQueries queries,
            TaskHistory history,
            SandboxUrlRewriter urlRewriter,
            TaskInterventions interventions,
            BillingZone zone) {
        this.queries = queries;
        this.history = history;
        this.urlRewriter = urlRewriter;
        this.interventions = interventions;
        this.zone = zone;
    }

    @Operation(
            summary = "Read a task with its history",
            description =
                    "The seven status fields, the phase it is really in, and how it came there.")
    @FailsWith({ErrorCode.INVALID_TASK_ID, ErrorCode.TASK_NOT_FOUND})
    @GetMapping("/tasks/{id}")
    Envelope<TaskDetails> task(
            @AuthenticationPrincipal AuthenticatedTeam caller,
            @Parameter(schema = @Schema(ref = "#/components/schemas/TaskId")) @PathVariable
                    String id) {
        return Envelope.success(
                urlRewriter.rewrite(
                        history.details(caller.teamId(), id(id, "The task id in the path"))));
    }

    @Operation(
            summary = "List the team's tasks",
            description =
                    "Newest first. status takes IN_PROGRESS, SUCCESS, FAILED or a phase; from and to are half-open, dates in the billing zone or instants.")
    @FailsWith({ErrorCode.INVALID_REQUEST, ErrorCode.INVALID_PROJECT})
    @GetMapping("/tasks")
    Envelope<Page<TaskSummary>> tasks(
            @AuthenticationPrincipal AuthenticatedTeam caller,
            @RequestParam(required = false) @Nullable String status,
            @RequestParam(required = false) @Nullable String project,
            @RequestParam(required = false) @Nullable String from,
            @RequestParam(required = false) @Nullable String to,
            @RequestParam(required = false) @Nullable String cursor,
            @PageLimit @RequestParam(defaultValue = PageLimit.DEFAULT) int limit) {
        TaskFilter filter =
                new TaskFilter(
                        TeamScope.ALL,
                        null,
                        Phase.parseFilter(status),
                        project == null ? null : project(project),
                        null,
                        zone.moment("from", from),
                        zone.moment("to", to),
                        null,
                        null);
        Page<TaskSummary> page = queries.list(caller, filter, cursor, PageSize.checked(limit));
        return Envelope.success(
                new Page<>(
                        page.items().stream().map(this::withReachableUrls).toList(),
                        page.nextCursor()));
    }

    @Operation(
            summary = "Cancel a task that still waits",
            description =
                    "Only while QUEUED: it is FAILED then, and its charge goes back. Once its submit began the vendor renders it.")
    @FailsWith({
        ErrorCode.INVALID_TASK_ID,
        ErrorCode.TASK_NOT_FOUND,
        ErrorCode.TASK_NOT_CANCELLABLE
    })
    @DeleteMapping("/tasks/{id}")
    Envelope<TaskDetails> cancel(
            @AuthenticationPrincipal AuthenticatedTeam caller,
            @Parameter(schema = @Schema(ref = "#/components/schemas/TaskId")) @PathVariable
                    String id) {
        TaskId task = id(id, "The task id in the path");
        interventions.cancel(task, caller);
        return Envelope.success(urlRewriter.rewrite(history.details(caller.teamId(), task)));
    }

    static TaskId id(String text, String what) {
        return TaskId.parse(text)
                .orElseThrow(
                        () -> new ApiException(ErrorCode.INVALID_TASK_ID, what + " is malformed."));
    }

    private static String project(String text) {
        if (text.matches(ProjectName.FORM)) {
            return text;
        }
        throw new ApiException(
                ErrorCode.INVALID_PROJECT, "project must be " + ProjectName.RULE + ".");
    }

    private TaskSummary withReachableUrls(TaskSummary task) {
        return new TaskSummary(urlRewriter.rewrite(task.status()), task.phase(), task.project());
    }
}
