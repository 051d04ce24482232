package dev.seedgate.generation;

import dev.seedgate.credit.Credits;
import dev.seedgate.credit.TeamAccounts;
import dev.seedgate.database.BillingZone;
import dev.seedgate.shared.ApiException;
import dev.seedgate.shared.ErrorCode;
import dev.seedgate.shared.FailsWith;
import dev.seedgate.shared.Page;
import dev.seedgate.shared.PageSize;
import dev.seedgate.shared.ProjectName;
import dev.seedgate.shared.RequestId;
import dev.seedgate.shared.TaskId;
import dev.seedgate.team.AuthenticatedTeam;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.RequestEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** What a team can ask beyond the mirror. */
@RestController
@RequestMapping(path = "/api", produces = MediaType.APPLICATION_JSON_VALUE)
class TeamApiController {

    private final TaskQueries reads;
    private final TeamAccounts accounts;
    private final SandboxUrlRewriter links;
    private final TaskInterventions interventions;
    private final BillingZone zone;
    private final Quotes quotes;
    private final OrderParser orders;
    private final JsonBodyParser json;

    TeamApiController(
            TaskQueries reads,
            TeamAccounts accounts,
            SandboxUrlRewriter links,
            TaskInterventions interventions,
            BillingZone zone,
            Quotes quotes,
            OrderParser orders,
            JsonBodyParser json) {
        this.reads = reads;
        this.accounts = accounts;
        this.links = links;
        this.interventions = interventions;
        this.zone = zone;
        this.quotes = quotes;
        this.orders = orders;
        this.json = json;
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
                reachable(reads.details(caller, id(id, "The task id in the path"))));
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
            @RequestParam(defaultValue = "50") int limit) {
        TaskFilter filter =
                new TaskFilter(
                        null,
                        Phase.wanted(status),
                        project == null ? null : project(project),
                        null,
                        zone.moment("from", from),
                        zone.moment("to", to));
        Page<TaskSummary> page = reads.list(caller, filter, cursor, PageSize.checked(limit));
        return Envelope.success(
                new Page<>(page.items().stream().map(this::reachable).toList(), page.nextCursor()));
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
        return Envelope.success(reachable(reads.details(caller, task)));
    }

    @Operation(
            summary = "Ask what a clip would cost",
            description =
                    "The body is that of an order. Nothing is charged or kept: accepted says whether it would be taken at this moment, error and message why not.")
    @io.swagger.v3.oas.annotations.parameters.RequestBody(
            required = true,
            content = @Content(schema = @Schema(ref = OrderSchema.NAME)))
    @FailsWith({
        ErrorCode.INVALID_PROMPT,
        ErrorCode.INVALID_ASPECT_RATIO,
        ErrorCode.INVALID_DURATION,
        ErrorCode.INVALID_SOUND,
        ErrorCode.INVALID_IMAGE_URLS
    })
    @PostMapping("/quote")
    Envelope<Quote> quote(
            @AuthenticationPrincipal AuthenticatedTeam caller,
            @RequestAttribute(RequestId.ATTRIBUTE) String requestId,
            RequestEntity<byte[]> request) {
        JsonNode body = json.required(request);
        return Envelope.success(
                quotes.quote(caller, new Order(orders.read(body), null, null, requestId)));
    }

    private static TaskId id(String text, String what) {
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

    @Operation(
            summary = "Read the team's credits",
            description =
                    "quota, used and renews_at are of this month; remaining is what can still be charged, null without a quota.")
    @GetMapping("/credits")
    Envelope<Credits> credits(@AuthenticationPrincipal AuthenticatedTeam caller) {
        return Envelope.success(Credits.of(accounts.balance(caller.teamId())));
    }

    private TaskSummary reachable(TaskSummary task) {
        return new TaskSummary(links.reachable(task.status()), task.phase(), task.project());
    }

    private TaskDetails reachable(TaskDetails task) {
        return new TaskDetails(
                links.reachable(task.status()), task.phase(), task.project(), task.timeline());
    }
}
