package dev.seedgate.generation;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.seedgate.shared.ApiException;
import dev.seedgate.shared.ErrorCode;
import dev.seedgate.shared.FailsWith;
import dev.seedgate.shared.IdempotencyKey;
import dev.seedgate.shared.ProjectName;
import dev.seedgate.shared.RequestId;
import dev.seedgate.shared.TaskId;
import dev.seedgate.team.AuthenticatedTeam;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.headers.Header;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.RequestEntity;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** The mirror API: paths, fields and envelope of the vendor's. */
@Tag(name = "Mirror API")
@RestController
@RequestMapping(path = "/api", produces = MediaType.APPLICATION_JSON_VALUE)
class VendorCompatibleController {

    private static final String IDEMPOTENCY_KEY = "Idempotency-Key";
    private static final String TASK_ID = "#/components/schemas/TaskId";
    private static final String PROJECT = "X-Project";
    private static final Pattern IDEMPOTENCY_KEY_FORM = Pattern.compile(IdempotencyKey.FORM);
    private static final Pattern PROJECT_FORM = Pattern.compile(ProjectName.FORM);

    private final TaskCreation creates;
    private final TaskQueries reads;
    private final OrderParser orders;
    private final JsonBodyParser json;
    private final SandboxUrlRewriter links;

    VendorCompatibleController(
            TaskCreation creates,
            TaskQueries reads,
            OrderParser orders,
            JsonBodyParser json,
            SandboxUrlRewriter links) {
        this.creates = creates;
        this.reads = reads;
        this.orders = orders;
        this.json = json;
        this.links = links;
    }

    @Operation(
            summary = "Order a clip",
            description =
                    "Checks, charges, stores and queues in one step. The task can be asked for the moment its id is returned.",
            parameters = {@Parameter(ref = "Idempotency-Key"), @Parameter(ref = "X-Project")})
    @RequestBody(required = true, content = @Content(schema = @Schema(ref = OrderSchema.NAME)))
    @ApiResponse(
            responseCode = "200",
            description = "The order is taken.",
            useReturnTypeSchema = true,
            headers = {
                @Header(name = "X-Credits-Charged", ref = "X-Credits-Charged"),
                @Header(name = "X-Credits-Remaining", ref = "X-Credits-Remaining"),
                @Header(name = "X-Limit-Exceeded", ref = "X-Limit-Exceeded"),
                @Header(name = "X-Ignored-Fields", ref = "X-Ignored-Fields"),
                @Header(name = "Idempotent-Replayed", ref = "Idempotent-Replayed")
            })
    @FailsWith({
        ErrorCode.INVALID_PROMPT,
        ErrorCode.INVALID_ASPECT_RATIO,
        ErrorCode.INVALID_DURATION,
        ErrorCode.INVALID_SOUND,
        ErrorCode.INVALID_IMAGE_URLS,
        ErrorCode.INVALID_IDEMPOTENCY_KEY,
        ErrorCode.INVALID_PROJECT,
        ErrorCode.TEAM_QUOTA_EXHAUSTED,
        ErrorCode.IDEMPOTENCY_KEY_REUSED,
        ErrorCode.IDEMPOTENCY_KEY_IN_PROGRESS,
        ErrorCode.TEAM_RATE_LIMITED,
        ErrorCode.TEAM_TASKS_IN_FLIGHT,
        ErrorCode.UPSTREAM_UNAVAILABLE,
        ErrorCode.DRAINING,
        ErrorCode.OUTCOME_UNKNOWN
    })
    @PostMapping("/generate")
    ResponseEntity<Envelope<Created>> generate(
            @AuthenticationPrincipal AuthenticatedTeam caller,
            @RequestAttribute(RequestId.ATTRIBUTE) String requestId,
            RequestEntity<byte[]> request) {
        JsonNode body = json.required(request);
        Order order =
                new Order(
                        orders.read(body),
                        project(request.getHeaders(), caller),
                        idempotencyKey(request.getHeaders()),
                        requestId);
        CreateResult receipt = creates.create(caller, order);
        ResponseEntity.BodyBuilder answer = ResponseEntity.ok();
        answer.header("X-Credits-Charged", String.valueOf(receipt.charged()));
        if (receipt.remaining() != null) {
            answer.header("X-Credits-Remaining", String.valueOf(receipt.remaining()));
        }
        if (receipt.exceeded() != null) {
            answer.header("X-Limit-Exceeded", receipt.exceeded().name());
        }
        String ignored = OrderParser.ignored(body);
        if (!ignored.isEmpty()) {
            answer.header("X-Ignored-Fields", ignored);
        }
        if (receipt.replayed()) {
            answer.header("Idempotent-Replayed", "true");
        }
        return answer.body(Envelope.success(new Created(receipt.task().value())));
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
        return Envelope.success(links.reachable(reads.status(caller, taskId(taskId, null))));
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
        return Envelope.success(links.reachable(reads.status(caller, taskId(taskId, inBody))));
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

    private static @Nullable String idempotencyKey(HttpHeaders headers) {
        return single(
                headers,
                IDEMPOTENCY_KEY,
                IDEMPOTENCY_KEY_FORM,
                ErrorCode.INVALID_IDEMPOTENCY_KEY,
                "1 to 255 visible ASCII characters");
    }

    private static @Nullable String project(HttpHeaders headers, AuthenticatedTeam caller) {
        String project =
                single(headers, PROJECT, PROJECT_FORM, ErrorCode.INVALID_PROJECT, ProjectName.RULE);
        return project == null ? caller.project() : project;
    }

    private static @Nullable String single(
            HttpHeaders headers, String name, Pattern form, ErrorCode code, String rule) {
        List<String> values = headers.getOrEmpty(name);
        if (values.isEmpty()) {
            return null;
        }
        if (values.size() > 1 || !form.matcher(values.getFirst()).matches()) {
            throw new ApiException(code, name + " must be sent once, with " + rule + ".");
        }
        return values.getFirst();
    }

    /** The gateway's own id of the new task. */
    record Created(@Schema(ref = TASK_ID) @JsonProperty("task_id") String taskId) {}
}
