package dev.seedgate.operations.console;

import dev.seedgate.access.operator.ConsolePrincipal;
import dev.seedgate.billing.statement.PriceRequest;
import dev.seedgate.billing.statement.Prices;
import dev.seedgate.platform.values.ApiException;
import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.http.HttpServletResponse;
import java.math.BigDecimal;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The console's page of the prices of a credit, by the day from which each counts. */
@Hidden
@Controller
class PricePages {

    private static final String PATH = "/console/prices";

    private final Prices prices;
    private final Forms forms;

    PricePages(Prices prices, Forms forms) {
        this.prices = prices;
        this.forms = forms;
    }

    @GetMapping(PATH)
    String list(@RequestParam(required = false) @Nullable String done, Model model) {
        if ("set".equals(done)) {
            model.addAttribute(
                    "done", "The price is set. Statements of open months count with it.");
        }
        return show(model);
    }

    @PostMapping(PATH)
    String set(
            @AuthenticationPrincipal ConsolePrincipal who,
            @RequestParam Map<String, String> form,
            HttpServletResponse response,
            Model model) {
        try {
            PriceRequest requested = forms.read(form, PriceRequest.class);
            prices.set(
                    requested.effectiveFrom(),
                    requested.currency(),
                    new BigDecimal(requested.perCredit()),
                    who.actor());
            return "redirect:" + PATH + "?done=set";
        } catch (ApiException e) {
            Forms.refuse(e, form, response, model);
            return show(model);
        }
    }

    private String show(Model model) {
        model.addAttribute("prices", prices.list());
        return "console/prices";
    }
}
