package dev.seedgate.task.view;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.seedgate.access.team.AuthenticatedTeam;
import dev.seedgate.access.team.Scope;
import dev.seedgate.access.team.TeamAuthenticator;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.platform.web.api.FailsWith;
import dev.seedgate.task.wait.TaskWaiters;
import dev.seedgate.task.wait.TaskWatch;
import dev.seedgate.task.wait.WaitEnd;
import dev.seedgate.task.wait.WaitSettings;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.transaction.TransactionException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.json.JsonMapper;

/**
 * The stream of a task's phases as server-sent events. Written by the request's own thread: it
 * waits without a connection to the database, and a reader who takes nothing is cut off by the
 * server's time-out of a write.
 */
@RestController
@RequestMapping("/api")
class TaskStreamController {

    private static final Logger log = LoggerFactory.getLogger(TaskStreamController.class);

    private static final String LAST_EVENT_ID = "Last-Event-ID";
    // As many digits as every id fits into a long with.
    private static final int MOST_DIGITS = 18;

    private final TaskHistory history;
    private final TaskWaiters waiters;
    private final SandboxUrlRewriter urlRewriter;
    private final TeamAuthenticator keys;
    private final JsonMapper json;
    private final WaitSettings settings;

    TaskStreamController(
            TaskHistory history,
            TaskWaiters waiters,
            SandboxUrlRewriter urlRewriter,
            TeamAuthenticator keys,
            JsonMapper json,
            WaitSettings settings) {
        this.history = history;
        this.waiters = waiters;
        this.urlRewriter = urlRewriter;
        this.keys = keys;
        this.json = json;
        this.settings = settings;
    }

    @Operation(
            operationId = "taskEvents",
            summary = "Follow a task",
            description =
                    "Server-sent events: the task as it is, then one event for each phase that it comes into, until it has ended. `event` is `phase`, `data` the task as `GET /api/tasks/{id}` has it in its `data`, on one line; `id` grows. With `Last-Event-ID` only the phases after that one. A comment comes where nothing else does; a stream ends after half an hour, and is asked for again.",
            parameters =
                    @Parameter(
                            in = ParameterIn.HEADER,
                            name = LAST_EVENT_ID,
                            description =
                                    "The id of the last event that was read, as browsers send it when they come again.",
                            schema = @Schema(type = "integer", format = "int64", minimum = "0")))
    @ApiResponse(
            responseCode = "200",
            description = "The events, as they happen.",
            content =
                    @Content(
                            mediaType = MediaType.TEXT_EVENT_STREAM_VALUE,
                            schema = @Schema(type = "string")))
    @ApiResponse(
            responseCode = "204",
            description =
                    "The task has ended, and its end was read: there is nothing to come again for.",
            content = @Content)
    @FailsWith({
        ErrorCode.INVALID_TASK_ID,
        ErrorCode.TASK_NOT_FOUND,
        ErrorCode.TEAM_RATE_LIMITED,
        ErrorCode.DRAINING
    })
    @GetMapping(path = "/tasks/{id}/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    void events(
            @AuthenticationPrincipal AuthenticatedTeam caller,
            @Parameter(schema = @Schema(ref = "#/components/schemas/TaskId")) @PathVariable
                    String id,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        TaskId task = TeamTasksController.id(id, "The task id in the path");
        List<TaskHistory.Step> steps = history.steps(caller.teamId(), task);
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        // nginx would keep events back until there are many.
        response.setHeader("X-Accel-Buffering", "no");
        long read = lastRead(request.getHeader(LAST_EVENT_ID), steps);
        if (isEnd(steps) && read == steps.getLast().event()) {
            // At 200 a browser would come again without end.
            response.setStatus(HttpServletResponse.SC_NO_CONTENT);
        } else if (HttpMethod.HEAD.matches(request.getMethod())) {
            response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
        } else {
            try (TaskWatch watch = waiters.openStream(task, caller.keyId())) {
                response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
                watch.endsAs(stream(watch, caller, task, read, request, response));
            } catch (IOException e) {
                // The reader is gone; there is nobody to tell.
                log.debug("stream of {}: {}", task, e.toString());
            } catch (DataAccessException | TransactionException e) {
                if (!response.isCommitted()) {
                    throw e;
                }
                // The reader comes again, and then hears what is wrong.
                log.debug("stream of {}: {}", task, e.toString());
            }
        }
    }

    /** Writes whatever happens after the event that was read last. */
    private WaitEnd stream(
            TaskWatch watch,
            AuthenticatedTeam caller,
            TaskId task,
            long lastRead,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        long end = System.nanoTime() + settings.streamMaxAge().toNanos();
        long read = lastRead;
        boolean moved = true;
        while (true) {
            if (moved) {
                // Read again after the watch was opened: so nothing falls between.
                List<TaskHistory.Step> steps =
                        waiters.afterwards(() -> history.steps(caller.teamId(), task));
                for (TaskHistory.Step step : steps) {
                    if (step.event() > read) {
                        write(response, event(step));
                        read = step.event();
                    }
                }
                if (isEnd(steps)) {
                    return WaitEnd.ENDED;
                }
            } else {
                write(response, ":\n\n");
            }
            Duration left = Duration.ofNanos(end - System.nanoTime());
            boolean last = left.compareTo(settings.streamComment()) <= 0;
            TaskWatch.News news = watch.awaitNews(last ? left : settings.streamComment());
            if (news == TaskWatch.News.STOPPED) {
                return WaitEnd.STOPPED;
            }
            moved = news == TaskWatch.News.MOVED;
            if (last && !moved) {
                return WaitEnd.TIME;
            }
            if (!mayGoOn(request)) {
                return WaitEnd.REFUSED;
            }
        }
    }

    private static boolean isEnd(List<TaskHistory.Step> steps) {
        return steps.getLast().task().phase().terminal();
    }

    /**
     * The id of the event after which the stream begins: the one that the reader names, if there
     * was such an event, else the last but one.
     */
    private static long lastRead(@Nullable String named, List<TaskHistory.Step> steps) {
        long newest = steps.getLast().event();
        boolean isNumber =
                named != null
                        && !named.isEmpty()
                        && named.length() <= MOST_DIGITS
                        && named.chars().allMatch(c -> c >= '0' && c <= '9');
        long read = isNumber ? Long.parseLong(named) : newest + 1;
        return read <= newest ? read : newest - 1;
    }

    private String event(TaskHistory.Step step) {
        return "id: %d\nevent: phase\ndata: %s\n\n"
                .formatted(step.event(), json.writeValueAsString(urlRewriter.rewrite(step.task())));
    }

    private static void write(HttpServletResponse response, String text) throws IOException {
        response.getOutputStream().write(text.getBytes(UTF_8));
        response.flushBuffer();
    }

    /**
     * Whether the key is still good: a stream lives longer than a key that was revoked may. While
     * the database is away nobody knows.
     */
    private boolean mayGoOn(HttpServletRequest request) {
        // It was checked when the stream began, so it has this form.
        String header = request.getHeader(HttpHeaders.AUTHORIZATION);
        try {
            return keys.authenticate(header.substring("Bearer".length()).strip())
                    .filter(it -> !it.keySuspended() && it.scopes().contains(Scope.STATUS))
                    .isPresent();
        } catch (DataAccessException | TransactionException e) {
            log.debug("key of a stream: {}", e.toString());
            return true;
        }
    }
}
