package dev.seedgate.sandbox;

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

/** The vendor's two calls. */
@SandboxOnly
@Hidden
@RestController
@RequestMapping("/sandbox")
class SandboxController {

    /** What the database can be asked for; it knows no NUL, for one. */
    private static final Pattern TASK_ID = Pattern.compile("sd15p_[0-9a-z]{1,64}");

    private final VendorRequests requests;
    private final OrderRate rate;
    private final CountedRefusals refusals;
    private final Renders renders;
    private final MediaLinks links;
    private final SandboxSettings settings;

    SandboxController(
            VendorRequests requests,
            OrderRate rate,
            CountedRefusals refusals,
            Renders renders,
            MediaLinks links,
            SandboxSettings settings) {
        this.requests = requests;
        this.rate = rate;
        this.refusals = refusals;
        this.renders = renders;
        this.links = links;
        this.settings = settings;
    }

    @PostMapping("/api/generate")
    ResponseEntity<Envelope> generate(HttpServletRequest request) {
        requests.requireKey(request);
        if (!rate.take()) {
            throw new Refusal(
                    429, "Too many orders; please slow down.", settings.sandboxRetryAfter());
        }
        ClipOrder order = ClipOrder.from(requests.body(request), settings.maxImageUrls());
        Directive directive = Directive.in(order.prompt());
        refuseWhereAsked(order, directive);
        String id =
                renders.start(order, RenderPlan.of(order, directive, settings))
                        .orElseThrow(
                                () -> new Refusal(402, "Insufficient credits, please top up."));
        if (directive instanceof Directive.LostAnswer) {
            LostAnswerValve.loseAnswer(request);
            return ResponseEntity.ok().build();
        }
        return success(Map.of("task_id", id));
    }

    @GetMapping("/api/status")
    ResponseEntity<Envelope> status(HttpServletRequest request) {
        requests.requireKey(request);
        return status(requests.queriedTaskId(request), request);
    }

    @PostMapping("/api/status")
    ResponseEntity<Envelope> postedStatus(HttpServletRequest request) {
        requests.requireKey(request);
        String queried = requests.queriedTaskId(request);
        return status(queried != null ? queried : requests.postedTaskId(request), request);
    }

    /** What else is asked for here is refused here: the gateway's answers look different. */
    @RequestMapping("/**")
    ResponseEntity<Envelope> anythingElse(HttpServletRequest request) {
        String path = request.getRequestURI().substring(request.getContextPath().length());
        throw switch (path) {
            case "/sandbox/api/generate" -> new Refusal(405, "Use POST.");
            case "/sandbox/api/status" -> new Refusal(405, "Use GET or POST.");
            default -> new Refusal(404, "There is no such endpoint.");
        };
    }

    private void refuseWhereAsked(ClipOrder order, Directive directive) {
        switch (directive) {
            case Directive.Reject(int status) -> throw asked(status);
            case Directive.RefuseTimes(int status, int times) -> {
                if (refusals.refuseOnceMore(order, times)) {
                    throw asked(status);
                }
            }
            case Directive.None _,
                    Directive.Fail _,
                    Directive.Slow _,
                    Directive.Stuck _,
                    Directive.LostAnswer _,
                    Directive.OddStatus _,
                    Directive.WrongCredits _ -> {
                // These are taken; what they ask for comes later.
            }
        }
    }

    private Refusal asked(int status) {
        return new Refusal(
                status,
                "The sandbox refuses this order, as its prompt asked.",
                status == 429 ? settings.sandboxRetryAfter() : null);
    }

    private ResponseEntity<Envelope> status(@Nullable String id, HttpServletRequest request) {
        if (id == null || id.isBlank()) {
            throw new Refusal(400, "task_id is required");
        }
        Render render =
                Optional.of(id)
                        .filter(TASK_ID.asMatchPredicate())
                        .flatMap(renders::find)
                        .orElseThrow(() -> new Refusal(404, "There is no such task."));
        if (render.refundDue()) {
            renders.refundFailed();
        }
        return success(StatusData.of(render, links.link(render, request)));
    }

    private static ResponseEntity<Envelope> success(Object data) {
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_JSON)
                .body(Envelope.success(data));
    }
}
