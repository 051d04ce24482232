package dev.seedgate.task.view;

import dev.seedgate.access.team.AuthenticatedTeam;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.platform.web.api.Envelope;
import dev.seedgate.platform.web.api.FailsWith;
import dev.seedgate.platform.web.api.JsonBodyParser;
import dev.seedgate.task.order.OrderSchema;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.Optional;
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

    private final TaskQueries queries;
    private final JsonBodyParser json;
    private final SandboxUrlRewriter urlRewriter;

    StatusController(TaskQueries queries, JsonBodyParser json, SandboxUrlRewriter urlRewriter) {
        this.queries = queries;
        this.json = json;
        this.urlRewriter = urlRewriter;
    }

    @Operation(
            operationId = "status",
            summary = "Ask for a task",
            description = "Each of a team's running tasks can be asked for once a second.")
    @FailsWith({ErrorCode.INVALID_TASK_ID, ErrorCode.TASK_NOT_FOUND})
    @GetMapping("/status")
    Envelope<TaskStatus> status(
            @AuthenticationPrincipal AuthenticatedTeam caller,
            @Parameter(required = true, schema = @Schema(ref = TASK_ID))
                    @RequestParam(name = "task_id", required = false)
                    @Nullable String taskId) {
        return Envelope.success(urlRewriter.rewrite(queries.status(caller, taskId(taskId, null))));
    }

    @Operation(
            operationId = "statusByPost",
            summary = "Ask for a task, its id in the body",
            description =
                    "The id may stand in the body or in the query; two different ones are refused.")
    @RequestBody(content = @Content(schema = @Schema(ref = OrderSchema.QUESTION)))
    @FailsWith({ErrorCode.INVALID_TASK_ID, ErrorCode.TASK_NOT_FOUND})
    @PostMapping("/status")
    Envelope<TaskStatus> status(
            @AuthenticationPrincipal AuthenticatedTeam caller,
            @Parameter(schema = @Schema(ref = TASK_ID))
                    @RequestParam(name = "task_id", required = false)
                    @Nullable String taskId,
            RequestEntity<byte[]> request) {
        JsonNode inBody = json.read(request).map(body -> body.get("task_id")).orElse(null);
        return Envelope.success(
                urlRewriter.rewrite(queries.status(caller, taskId(taskId, inBody))));
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
