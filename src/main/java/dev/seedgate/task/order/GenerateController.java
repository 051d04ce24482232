package dev.seedgate.task.order;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.seedgate.access.team.AuthenticatedTeam;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.IdempotencyKey;
import dev.seedgate.platform.values.ProjectName;
import dev.seedgate.platform.values.RequestId;
import dev.seedgate.platform.web.api.Envelope;
import dev.seedgate.platform.web.api.FailsWith;
import dev.seedgate.platform.web.api.JsonBodyParser;
import dev.seedgate.task.lifecycle.Order;
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
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.RequestEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** The create call of the mirror API: path, fields and envelope of the vendor's. */
@Tag(name = "Mirror API")
@RestController
@RequestMapping(path = "/api", produces = MediaType.APPLICATION_JSON_VALUE)
class GenerateController {

    private static final String IDEMPOTENCY_KEY = "Idempotency-Key";
    private static final String TASK_ID = "#/components/schemas/TaskId";
    private static final String PROJECT = "X-Project";
    private static final String CALLBACK_URL = "X-Callback-Url";
    private static final Pattern IDEMPOTENCY_KEY_FORM = Pattern.compile(IdempotencyKey.FORM);
    private static final Pattern PROJECT_FORM = Pattern.compile(ProjectName.FORM);
    private static final Pattern CALLBACK_URL_FORM = Pattern.compile("[!-~]{1,2048}");

    private final TaskCreation taskCreation;
    private final OrderParser orders;
    private final JsonBodyParser json;
    private final TaskWaiters waiters;

    GenerateController(
            TaskCreation taskCreation,
            OrderParser orders,
            JsonBodyParser json,
            TaskWaiters waiters) {
        this.waiters = waiters;
        this.taskCreation = taskCreation;
        this.orders = orders;
        this.json = json;
    }

    @Operation(
            summary = "Order a clip",
            description =
                    "Checks, charges, stores and queues in one step. The task can be asked for the moment its id is returned. With `Prefer: wait=N` the same answer comes when the task has ended.",
            parameters = {
                @Parameter(ref = "Idempotency-Key"),
                @Parameter(ref = "X-Project"),
                @Parameter(ref = "X-Callback-Url"),
                @Parameter(ref = WaitPreference.HEADER)
            })
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
                @Header(name = "Idempotent-Replayed", ref = "Idempotent-Replayed"),
                @Header(name = WaitPreference.APPLIED, ref = WaitPreference.APPLIED)
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
        ErrorCode.CALLBACK_NOT_ALLOWED,
        ErrorCode.TEAM_RATE_LIMITED,
        ErrorCode.TEAM_TASKS_IN_FLIGHT,
        ErrorCode.UPSTREAM_UNAVAILABLE,
        ErrorCode.DRAINING,
        ErrorCode.OUTCOME_UNKNOWN
    })
    @PostMapping("/generate")
    Envelope<Created> generate(
            @AuthenticationPrincipal AuthenticatedTeam caller,
            @RequestAttribute(RequestId.ATTRIBUTE) String requestId,
            RequestEntity<byte[]> request,
            HttpServletResponse response) {
        JsonNode body = json.required(request);
        Order order =
                new Order(
                        orders.read(body),
                        project(request.getHeaders(), caller),
                        idempotencyKey(request.getHeaders()),
                        requestId,
                        callbackUrl(request.getHeaders()));
        CreateResult result = taskCreation.create(caller, order);
        response.setHeader("X-Credits-Charged", String.valueOf(result.charged()));
        if (result.remaining() != null) {
            response.setHeader("X-Credits-Remaining", String.valueOf(result.remaining()));
        }
        if (result.exceeded() != null) {
            response.setHeader("X-Limit-Exceeded", result.exceeded().name());
        }
        String ignored = OrderParser.ignored(body);
        if (!ignored.isEmpty()) {
            response.setHeader("X-Ignored-Fields", ignored);
        }
        if (result.replayed()) {
            response.setHeader("Idempotent-Replayed", "true");
        }
        OptionalInt seconds =
                WaitPreference.seconds(request.getHeaders().getOrEmpty(WaitPreference.HEADER));
        if (seconds.isPresent()) {
            waiters.awaitEnd(result.task(), caller.keyId(), seconds.getAsInt())
                    .ifPresent(applied ->
                            response.setHeader(WaitPreference.APPLIED, "wait=" + applied));
        }
        return Envelope.success(new Created(result.task().value()));
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

    private static @Nullable String callbackUrl(HttpHeaders headers) {
        return single(
                headers,
                CALLBACK_URL,
                CALLBACK_URL_FORM,
                ErrorCode.INVALID_REQUEST,
                "a URL of at most 2048 visible ASCII characters");
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
