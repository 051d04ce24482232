package dev.seedgate.task.dispatch;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.seedgate.platform.values.Actor;
import dev.seedgate.platform.web.api.ReasonRequest;
import dev.seedgate.task.queue.Backlog;
import dev.seedgate.task.queue.WorkKind;
import dev.seedgate.task.queue.WorkQueue;
import dev.seedgate.vendor.client.Vendor;
import dev.seedgate.vendor.throttle.UpstreamControls;
import dev.seedgate.vendor.throttle.UpstreamState;
import io.swagger.v3.oas.annotations.Operation;
import jakarta.validation.Valid;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The admin calls about the vendor: whether and why it is not called, and the switches on that. */
@RestController
@RequestMapping(path = "/admin/api/upstream", produces = MediaType.APPLICATION_JSON_VALUE)
class UpstreamController {

    private final UpstreamControls controls;
    private final WorkQueue work;

    UpstreamController(UpstreamControls controls, WorkQueue work) {
        this.controls = controls;
        this.work = work;
    }

    @Operation(
            operationId = "getUpstream",
            summary = "See whether and why the vendor is not called",
            description =
                    "Limit, pauses with their reasons, what waits and how long the oldest is overdue. The breakers are those of the instance that answers.")
    @GetMapping
    UpstreamAnswer get() {
        return answer();
    }

    @Operation(
            operationId = "pauseUpstream",
            summary = "Pause the vendor",
            description =
                    "Creates are queued, polls go on. Tasks that wait too long fail and are refunded.")
    @PostMapping("/pause")
    UpstreamAnswer pause(
            @AuthenticationPrincipal Actor actor,
            @Valid @RequestBody(required = false) @Nullable ReasonRequest request) {
        controls.pause(ReasonRequest.of(request), actor);
        return answer();
    }

    @Operation(
            operationId = "resumeUpstream",
            summary = "End an operator's pause",
            description = "A pause that the vendor or its account called for stays.")
    @PostMapping("/resume")
    UpstreamAnswer resume(
            @AuthenticationPrincipal Actor actor,
            @Valid @RequestBody(required = false) @Nullable ReasonRequest request) {
        controls.resume(ReasonRequest.of(request), actor);
        return answer();
    }

    @Operation(
            operationId = "stopCreates",
            summary = "Stop all creates",
            description =
                    "Every create of every team is refused with 503 within seconds; what was taken before goes on.")
    @PostMapping("/creates/stop")
    UpstreamAnswer stopCreates(
            @AuthenticationPrincipal Actor actor,
            @Valid @RequestBody(required = false) @Nullable ReasonRequest request) {
        controls.stopCreates(ReasonRequest.of(request), actor);
        return answer();
    }

    @Operation(
            operationId = "resumeCreates",
            summary = "Take creates again",
            description = "After all creates were stopped.")
    @PostMapping("/creates/resume")
    UpstreamAnswer resumeCreates(
            @AuthenticationPrincipal Actor actor,
            @Valid @RequestBody(required = false) @Nullable ReasonRequest request) {
        controls.resumeCreates(ReasonRequest.of(request), actor);
        return answer();
    }

    private UpstreamAnswer answer() {
        return UpstreamAnswer.of(controls.state(), work.backlog());
    }

    /** Seconds that a breaker stays open are 0 when it is closed. */
    record UpstreamAnswer(
            String upstream,
            boolean sandbox,
            @JsonProperty("requests_per_second") double requestsPerSecond,
            @JsonProperty("max_concurrent") int maxConcurrent,
            Breakers breakers,
            List<UpstreamState.Pause> pauses,
            @JsonProperty("queue_depth") long queueDepth,
            @JsonProperty("oldest_due_seconds") long oldestDueSeconds,
            List<Backlog> work) {

        static UpstreamAnswer of(UpstreamState state, List<Backlog> work) {
            return new UpstreamAnswer(
                    state.upstream(),
                    state.upstream().equals(Vendor.SANDBOX),
                    state.requestsPerSecond(),
                    state.maxConcurrent(),
                    new Breakers(
                            state.submitsOpenFor().toMillis() / 1000.0,
                            state.pollsOpenFor().toMillis() / 1000.0),
                    state.pauses(),
                    work.stream()
                            .filter(it -> it.kind() == WorkKind.SUBMIT)
                            .mapToLong(Backlog::tasks)
                            .sum(),
                    work.stream().mapToLong(Backlog::oldestDueSeconds).max().orElse(0),
                    work);
        }
    }

    /** How long each is still open. */
    record Breakers(
            @JsonProperty("submits_open_seconds") double submitsOpenSeconds,
            @JsonProperty("polls_open_seconds") double pollsOpenSeconds) {}
}
