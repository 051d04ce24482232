package dev.seedgate.task.clip;

import dev.seedgate.access.team.AuthenticatedTeam;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.platform.web.api.Envelope;
import dev.seedgate.platform.web.api.FailsWith;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The calls about the clip of a team's own task. */
@RestController
@RequestMapping(path = "/api/tasks/{id}/clip")
class ClipController {

    private static final String TASK_ID = "#/components/schemas/TaskId";

    private final ClipDelivery delivery;
    private final ClipQueries queries;
    private final ClipLinks links;

    ClipController(ClipDelivery delivery, ClipQueries queries, ClipLinks links) {
        this.delivery = delivery;
        this.queries = queries;
        this.links = links;
    }

    @Operation(
            operationId = "readClip",
            summary = "Read a task's clip",
            description =
                    "From the gateway's own copy where there is one, else from the video service. Range asks for a part of it; of several parts all is sent.")
    @ApiResponse(
            responseCode = "200",
            description = "The clip.",
            content =
                    @Content(
                            mediaType = "video/*",
                            schema = @Schema(type = "string", format = "binary")))
    @ApiResponse(
            responseCode = "206",
            description = "The part that was asked for; `Content-Range` says which it is.",
            content =
                    @Content(
                            mediaType = "video/*",
                            schema = @Schema(type = "string", format = "binary")))
    @ApiResponse(
            responseCode = "304",
            description = "It is the one whose `ETag` was given in `If-None-Match`.",
            content = @Content)
    @FailsWith({
        ErrorCode.INVALID_TASK_ID,
        ErrorCode.TASK_NOT_FOUND,
        ErrorCode.NOT_FOUND,
        ErrorCode.RANGE_NOT_SATISFIABLE,
        ErrorCode.TEAM_RATE_LIMITED,
        ErrorCode.UPSTREAM_UNAVAILABLE
    })
    @GetMapping
    void clip(
            @AuthenticationPrincipal AuthenticatedTeam caller,
            @Parameter(schema = @Schema(ref = TASK_ID)) @PathVariable String id,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        delivery.send(id(id), caller, request, response);
    }

    @Operation(
            operationId = "linkClip",
            summary = "Make a link to a task's clip",
            description =
                    "For a player in a page: it needs no key, takes ranges, and ends after some minutes. Whoever has it can watch the clip until then.")
    @FailsWith({ErrorCode.INVALID_TASK_ID, ErrorCode.TASK_NOT_FOUND, ErrorCode.NOT_FOUND})
    @PostMapping(path = "/link", produces = MediaType.APPLICATION_JSON_VALUE)
    Envelope<ClipLinks.ClipLink> link(
            @AuthenticationPrincipal AuthenticatedTeam caller,
            @Parameter(schema = @Schema(ref = TASK_ID)) @PathVariable String id) {
        return Envelope.success(links.make(queries.find(id(id), caller).task()));
    }

    private static TaskId id(String text) {
        return TaskId.parse(text)
                .orElseThrow(() ->
                        new ApiException(
                                ErrorCode.INVALID_TASK_ID,
                                "The task id in the path is malformed."));
    }
}
