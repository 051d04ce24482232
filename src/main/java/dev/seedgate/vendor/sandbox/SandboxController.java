package dev.seedgate.vendor.sandbox;

import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Controller of the vendor's two calls. */
@SandboxOnly
@Hidden
@RestController
@RequestMapping("/sandbox")
class SandboxController {

    /** What the database can be asked for; it knows no NUL, for one. */
    private static final Pattern TASK_ID = Pattern.compile("sd15p_[0-9a-z]{1,64}");

    private final SandboxRequestReader requests;
    private final OrderRateLimiter rate;
    private final RepeatedRefusals refusals;
    private final SandboxTasks tasks;
    private final MediaLinks links;
    private final SandboxSettings settings;

    SandboxController(
            SandboxRequestReader requests,
            OrderRateLimiter rate,
            RepeatedRefusals refusals,
            SandboxTasks tasks,
            MediaLinks links,
            SandboxSettings settings) {
        this.requests = requests;
        this.rate = rate;
        this.refusals = refusals;
        this.tasks = tasks;
        this.links = links;
        this.settings = settings;
    }

    @PostMapping("/api/generate")
    ResponseEntity<SandboxEnvelope> generate(HttpServletRequest request) {
        requests.requireKey(request);
        if (!rate.tryAcquire()) {
            throw new SandboxException(
                    429, "Too many orders; please slow down.", settings.sandboxRetryAfter());
        }
        ClipOrder order = ClipOrder.from(requests.body(request), settings.maxImageUrls());
        PromptDirective directive = PromptDirective.parse(order.prompt());
        throwRequestedRefusal(order, directive);
        String id =
                tasks.start(order, RenderPlan.of(order, directive, settings))
                        .orElseThrow(() ->
                                new SandboxException(402, "Insufficient credits, please top up."));
        if (directive instanceof PromptDirective.LostAnswer) {
            LostAnswerValve.loseAnswer(request);
            return ResponseEntity.ok().build();
        }
        return success(Map.of("task_id", id));
    }

    @GetMapping("/api/status")
    ResponseEntity<SandboxEnvelope> status(HttpServletRequest request) {
        requests.requireKey(request);
        return status(requests.queriedTaskId(request), request);
    }

    @PostMapping("/api/status")
    ResponseEntity<SandboxEnvelope> postedStatus(HttpServletRequest request) {
        requests.requireKey(request);
        String queried = requests.queriedTaskId(request);
        return status(queried != null ? queried : requests.postedTaskId(request), request);
    }

    /** What else is asked for here is refused here: the gateway's answers look different. */
    @RequestMapping("/**")
    ResponseEntity<SandboxEnvelope> anythingElse(HttpServletRequest request) {
        String path = request.getRequestURI().substring(request.getContextPath().length());
        throw switch (path) {
            case "/sandbox/api/generate" -> new SandboxException(405, "Use POST.");
            case "/sandbox/api/status" -> new SandboxException(405, "Use GET or POST.");
            default -> new SandboxException(404, "There is no such endpoint.");
        };
    }

    private void throwRequestedRefusal(ClipOrder order, PromptDirective directive) {
        switch (directive) {
            case PromptDirective.Reject(int status) -> throw requestedRefusal(status);
            case PromptDirective.RefuseTimes(int status, int times) -> {
                if (refusals.refuseOnceMore(order, times)) {
                    throw requestedRefusal(status);
                }
            }
            case PromptDirective.None _,
                    PromptDirective.Fail _,
                    PromptDirective.Slow _,
                    PromptDirective.Stuck _,
                    PromptDirective.LostAnswer _,
                    PromptDirective.OddStatus _,
                    PromptDirective.WrongCredits _ -> {
                // These are taken; what they ask for comes later.
            }
        }
    }

    private SandboxException requestedRefusal(int status) {
        return new SandboxException(
                status,
                "The sandbox refuses this order, as its prompt asked.",
                status == 429 ? settings.sandboxRetryAfter() : null);
    }

    private ResponseEntity<SandboxEnvelope> status(
            @Nullable String id, HttpServletRequest request) {
        if (id == null || id.isBlank()) {
            throw new SandboxException(400, "task_id is required");
        }
        SandboxTask task =
                Optional.of(id)
                        .filter(TASK_ID.asMatchPredicate())
                        .flatMap(tasks::find)
                        .orElseThrow(() -> new SandboxException(404, "There is no such task."));
        if (task.refundDue()) {
            tasks.refundFailed();
        }
        return success(StatusData.of(task, links.link(task, request)));
    }

    private static ResponseEntity<SandboxEnvelope> success(Object data) {
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_JSON)
                .body(SandboxEnvelope.success(data));
    }
}
