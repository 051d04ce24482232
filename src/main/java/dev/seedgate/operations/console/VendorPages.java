package dev.seedgate.operations.console;

import dev.seedgate.access.operator.ConsolePrincipal;
import dev.seedgate.credit.balance.CreditPurchase;
import dev.seedgate.credit.balance.PurchaseRequest;
import dev.seedgate.credit.balance.VendorBalance;
import dev.seedgate.platform.values.Actor;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.IdempotencyKey;
import dev.seedgate.platform.values.Page;
import dev.seedgate.platform.web.api.IdCursor;
import dev.seedgate.platform.web.api.ReasonRequest;
import dev.seedgate.task.queue.WorkQueue;
import dev.seedgate.vendor.client.FailedCalls;
import dev.seedgate.vendor.client.Vendor;
import dev.seedgate.vendor.contract.UpstreamSettings;
import dev.seedgate.vendor.throttle.UpstreamControls;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/**
 * The console's page of the vendor: what holds it back and the switches on that, its limits, and
 * the company's credits there.
 */
@Hidden
@Controller
class VendorPages {

    private static final String PATH = "/console/vendor";
    private static final int PURCHASES = 10;

    private final Vendor vendor;
    private final UpstreamControls controls;
    private final UpstreamSettings settings;
    private final WorkQueue work;
    private final VendorBalance balance;
    private final Overview overview;
    private final FailedCalls failures;
    private final MeterRegistry meters;
    private final Forms forms;

    VendorPages(
            Vendor vendor,
            UpstreamControls controls,
            UpstreamSettings settings,
            WorkQueue work,
            VendorBalance balance,
            Overview overview,
            FailedCalls failures,
            MeterRegistry meters,
            Forms forms) {
        this.vendor = vendor;
        this.controls = controls;
        this.settings = settings;
        this.work = work;
        this.balance = balance;
        this.overview = overview;
        this.failures = failures;
        this.meters = meters;
        this.forms = forms;
    }

    @GetMapping(PATH)
    String vendor(
            @RequestParam(required = false) @Nullable String done,
            @RequestParam(required = false) @Nullable String cursor,
            Model model) {
        model.addAttribute(
                "done",
                switch (done) {
                    case "paused" -> "Paused: what is created waits, what renders goes on.";
                    case "resumed" -> "Your pause is over: what waits is sent.";
                    case "stopped" -> "All creates are refused, on every replica within seconds.";
                    case "taken" -> "Creates are taken again.";
                    case "recorded" -> "The purchase is recorded and counts at once.";
                    case null, default -> null;
                });
        return show(cursor, model);
    }

    /** The parts of it that change, for a page that is open. */
    @GetMapping(path = PATH, params = "live")
    String live(Model model) {
        addState(model);
        return "console/vendor :: live";
    }

    @PostMapping(PATH + "/pause")
    String pause(
            @AuthenticationPrincipal ConsolePrincipal who,
            @RequestParam Map<String, String> form,
            HttpServletResponse response,
            Model model) {
        return act("paused", controls::pause, who, form, response, model);
    }

    @PostMapping(PATH + "/resume")
    String resume(
            @AuthenticationPrincipal ConsolePrincipal who,
            @RequestParam Map<String, String> form,
            HttpServletResponse response,
            Model model) {
        return act("resumed", controls::resume, who, form, response, model);
    }

    @PostMapping(PATH + "/creates/stop")
    String stopCreates(
            @AuthenticationPrincipal ConsolePrincipal who,
            @RequestParam Map<String, String> form,
            HttpServletResponse response,
            Model model) {
        return act("stopped", controls::stopCreates, who, form, response, model);
    }

    @PostMapping(PATH + "/creates/resume")
    String resumeCreates(
            @AuthenticationPrincipal ConsolePrincipal who,
            @RequestParam Map<String, String> form,
            HttpServletResponse response,
            Model model) {
        return act("taken", controls::resumeCreates, who, form, response, model);
    }

    @PostMapping(PATH + "/purchases")
    String record(
            @AuthenticationPrincipal ConsolePrincipal who,
            @RequestParam Map<String, String> form,
            HttpServletResponse response,
            Model model) {
        try {
            PurchaseRequest requested = forms.read(form, PurchaseRequest.class);
            String once = IdempotencyKey.required("console:" + form.get("once"));
            balance.record(vendor.name(), requested.purchase(once), who.actor());
            return done("recorded");
        } catch (ApiException e) {
            Forms.refuse(e, form, response, model);
            return show(null, model);
        }
    }

    private String act(
            String done,
            Switch act,
            ConsolePrincipal who,
            Map<String, String> form,
            HttpServletResponse response,
            Model model) {
        try {
            act.to(forms.read(form, ReasonRequest.class).reason(), who.actor());
            return done(done);
        } catch (ApiException e) {
            Forms.refuse(e, form, response, model);
            return show(null, model);
        }
    }

    private String show(@Nullable String cursor, Model model) {
        Page<CreditPurchase> purchases =
                balance.purchases(vendor.name(), IdCursor.id(cursor), PURCHASES);
        addState(model);
        model.addAttribute("credits", balance.state(vendor.name()));
        model.addAttribute("purchases", purchases.items());
        model.addAttribute("next", purchases.nextCursor());
        model.addAttribute("first", cursor == null);
        // Sent twice, a purchase is recorded once.
        model.addAttribute("once", UUID.randomUUID());
        return "console/vendor";
    }

    private void addState(Model model) {
        model.addAttribute("vendor", controls.state());
        model.addAttribute("probeInterval", settings.upstreamProbeInterval());
        model.addAttribute("perSecond", overview.callsPerSecond());
        model.addAttribute("work", work.backlog());
        model.addAttribute("calls", calls());
        model.addAttribute("failures", failures.newest());
    }

    /** What this replica's calls came to since its start. */
    private List<Calls> calls() {
        return meters.find("seedgate.vendor.calls").counters().stream()
                .map(VendorPages::calls)
                .filter(it -> it.count() > 0)
                .sorted(Comparator.comparing(Calls::operation).thenComparing(Calls::result))
                .toList();
    }

    private static Calls calls(Counter counter) {
        return new Calls(
                Objects.toString(counter.getId().getTag("operation")),
                Objects.toString(counter.getId().getTag("result")).replace('_', ' '),
                Math.round(counter.count()));
    }

    private static String done(String what) {
        return "redirect:" + PATH + "?done=" + what;
    }

    /** A switch on the way to the vendor, thrown by somebody for a reason. */
    private interface Switch {
        void to(@Nullable String reason, Actor actor);
    }

    /** Calls of one operation that ended in the same way. */
    record Calls(String operation, String result, long count) {}
}
