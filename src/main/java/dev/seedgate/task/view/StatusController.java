package dev.seedgate.task.view;

import dev.seedgate.access.team.AuthenticatedTeam;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.platform.web.api.Envelope;
import dev.seedgate.platform.web.api.FailsWith;
import dev.seedgate.platform.web.api.JsonBodyParser;
import dev.seedgate.task.order.OrderSchema;
import dev.seedgate.task.wait.TaskWaiters;
import dev.seedgate.task.wait.WaitPreference;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.headers.Header;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Collections;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.RequestEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** The status call of the mirror API: paths, fields and envelope of the vendor's. */
@Tag(name = "Mirror API")
@RestController
@RequestMapping(path = "/api", produces = MediaType.APPLICATION_JSON_VALUE)
class StatusController {

    private static final String TASK_ID = "#/components/schemas/TaskId";
    private static final String WAIT =
            "Like `Prefer: wait=N`, and goes before it: answer when the task has ended, or after so many seconds. More than 60 are taken for 60.";

    private final TaskQueries queries;
    private final JsonBodyParser json;
    private final SandboxUrlRewriter urlRewriter;
    private final TaskWaiters waiters;

    StatusController(
            TaskQueries queries,
            JsonBodyParser json,
            SandboxUrlRewriter urlRewriter,
            TaskWaiters waiters) {
        this.waiters = waiters;
        this.queries = queries;
        this.json = json;
        this.urlRewriter = urlRewriter;
    }

    @Operation(
            operationId = "status",
            summary = "Ask for a task",
            description =
                    "Each of a team's running tasks can be asked for once a second; or once, with `wait`, to be told when it has ended.",
            parameters = @Parameter(ref = WaitPreference.HEADER))
    @ApiResponse(
            responseCode = "200",
            description = "The task as it is now.",
            useReturnTypeSchema = true,
            headers = @Header(name = WaitPreference.APPLIED, ref = WaitPreference.APPLIED))
    @FailsWith({ErrorCode.INVALID_TASK_ID, ErrorCode.TASK_NOT_FOUND})
    @GetMapping("/status")
    Envelope<TaskStatus> status(
            @AuthenticationPrincipal AuthenticatedTeam caller,
            @Parameter(required = true, schema = @Schema(ref = TASK_ID))
                    @RequestParam(name = "task_id", required = false)
                    @Nullable String taskId,
            @Parameter(description = WAIT, schema = @Schema(type = "integer", minimum = "0"))
                    @RequestParam(required = false)
                    @Nullable String wait,
            HttpServletRequest request,
            HttpServletResponse response) {
        OptionalInt seconds =
                WaitPreference.seconds(
                        wait, Collections.list(request.getHeaders(WaitPreference.HEADER)));
        return answer(caller, taskId(taskId, null), seconds, response);
    }

    @Operation(
            operationId = "statusByPost",
            summary = "Ask for a task, its id in the body",
            description =
                    "The id may stand in the body or in the query; two different ones are refused.",
            parameters = @Parameter(ref = WaitPreference.HEADER))
    @RequestBody(content = @Content(schema = @Schema(ref = OrderSchema.QUESTION)))
    @ApiResponse(
            responseCode = "200",
            description = "The task as it is now.",
            useReturnTypeSchema = true,
            headers = @Header(name = WaitPreference.APPLIED, ref = WaitPreference.APPLIED))
    @FailsWith({ErrorCode.INVALID_TASK_ID, ErrorCode.TASK_NOT_FOUND})
    @PostMapping("/status")
    Envelope<TaskStatus> status(
            @AuthenticationPrincipal AuthenticatedTeam caller,
            @Parameter(schema = @Schema(ref = TASK_ID))
                    @RequestParam(name = "task_id", required = false)
                    @Nullable String taskId,
            @Parameter(description = WAIT, schema = @Schema(type = "integer", minimum = "0"))
                    @RequestParam(required = false)
                    @Nullable String wait,
            RequestEntity<byte[]> request,
            HttpServletResponse response) {
        JsonNode inBody = json.read(request).map(body -> body.get("task_id")).orElse(null);
        OptionalInt seconds =
                WaitPreference.seconds(
                        wait, request.getHeaders().getOrEmpty(WaitPreference.HEADER));
        return answer(caller, taskId(taskId, inBody), seconds, response);
    }

    /** At once, or when the task has ended or the time is up. */
    private Envelope<TaskStatus> answer(
            AuthenticatedTeam caller,
            TaskId task,
            OptionalInt seconds,
            HttpServletResponse response) {
        TaskStatus status = queries.status(caller, task);
        if (seconds.isPresent()) {
            waiters.awaitEnd(task, caller.keyId(), seconds.getAsInt())
                    .ifPresent(applied ->
                            response.setHeader(WaitPreference.APPLIED, "wait=" + applied));
            status = waiters.afterwards(() -> queries.stored(caller, task));
        }
        return Envelope.success(urlRewriter.rewrite(status));
    }

    /** The one task id among both places it may stand in. */
    private static TaskId taskId(@Nullable String inQuery, @Nullable JsonNode inBody) {
        if (inBody != null && !inBody.isNull() && !inBody.isString()) {
            throw invalidTaskId("task_id must be a string.");
        }
        String fromBody = inBody == null || inBody.isNull() ? null : inBody.stringValue();
        if (inQuery != null && fromBody != null && !inQuery.equals(fromBody)) {
            throw invalidTaskId("task_id is given twice, with different values.");
        }
        return Optional.ofNullable(inQuery == null ? fromBody : inQuery)
                .flatMap(TaskId::parse)
                .orElseThrow(() ->
                        invalidTaskId(
                                "task_id is missing or malformed; send the id that /api/generate returned."));
    }

    private static ApiException invalidTaskId(String message) {
        return new ApiException(ErrorCode.INVALID_TASK_ID, message);
    }
}
