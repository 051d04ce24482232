package dev.seedgate.generation;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.seedgate.credit.Accounts;
import dev.seedgate.credit.Balance;
import dev.seedgate.shared.ErrorCode;
import dev.seedgate.shared.GatewayException;
import dev.seedgate.shared.Refuses;
import dev.seedgate.shared.TaskId;
import dev.seedgate.team.Caller;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** What a team can ask beyond the mirror. */
@RestController
@RequestMapping(path = "/api", produces = MediaType.APPLICATION_JSON_VALUE)
class TeamApiController {

    private final TaskReads reads;
    private final Accounts accounts;
    private final SandboxLinks links;

    TeamApiController(TaskReads reads, Accounts accounts, SandboxLinks links) {
        this.reads = reads;
        this.accounts = accounts;
        this.links = links;
    }

    @Operation(
            summary = "Read a task with its history",
            description =
                    "The seven status fields, the phase it is really in, and how it came there.")
    @Refuses({ErrorCode.INVALID_TASK_ID, ErrorCode.TASK_NOT_FOUND})
    @GetMapping("/tasks/{id}")
    Envelope<TaskDetails> task(
            @AuthenticationPrincipal Caller caller,
            @Parameter(schema = @Schema(ref = "#/components/schemas/TaskId")) @PathVariable
                    String id) {
        TaskId task =
                TaskId.parse(id)
                        .orElseThrow(() ->
                                new GatewayException(
                                        ErrorCode.INVALID_TASK_ID,
                                        "The task id in the path is malformed."));
        return Envelope.success(reachable(reads.details(caller, task)));
    }

    @Operation(
            summary = "Read the team's credits",
            description =
                    "quota, used and renews_at are of this month; remaining is what can still be charged, null without a quota.")
    @GetMapping("/credits")
    Envelope<Credits> credits(@AuthenticationPrincipal Caller caller) {
        return Envelope.success(Credits.of(accounts.balance(caller.teamId())));
    }

    private TaskDetails reachable(TaskDetails task) {
        return new TaskDetails(
                links.reachable(task.status()), task.phase(), task.project(), task.timeline());
    }

    /** The team's account, in credits. */
    record Credits(
            @Nullable Long quota,
            long used,
            @JsonProperty("top_ups") long topUps,
            @Nullable Long remaining,
            @JsonProperty("renews_at") Instant renewsAt,
            @JsonProperty("in_flight") int inFlight) {

        static Credits of(Balance balance) {
            return new Credits(
                    balance.quota(),
                    balance.used(),
                    balance.topUps(),
                    balance.remaining(),
                    balance.renewsAt(),
                    balance.inFlight());
        }
    }
}
