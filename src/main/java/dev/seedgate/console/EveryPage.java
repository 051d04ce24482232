package dev.seedgate.console;

import dev.seedgate.shared.GatewayException;
import dev.seedgate.staff.SignedIn;
import dev.seedgate.upstream.Vendor;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatusCode;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.servlet.ModelAndView;

/** What the layout shows on every page, and what a page shows that could not be made. */
@ControllerAdvice(basePackageClasses = EveryPage.class)
@Order(Ordered.HIGHEST_PRECEDENCE)
class EveryPage {

    private final boolean sandbox;

    EveryPage(Vendor vendor) {
        sandbox = vendor.isSandbox();
    }

    /** Nobody on the sign-in page. */
    @ModelAttribute("who")
    @Nullable SignedIn who(@AuthenticationPrincipal @Nullable SignedIn who) {
        return who;
    }

    @ModelAttribute("sandbox")
    boolean sandbox() {
        return sandbox;
    }

    @ExceptionHandler
    ModelAndView problem(
            GatewayException refusal,
            @AuthenticationPrincipal @Nullable SignedIn who,
            HttpServletResponse response) {
        ModelAndView page =
                new ModelAndView(
                        "console/problem", Map.of("text", refusal.message(), "sandbox", sandbox));
        page.addObject("who", who);
        page.setStatus(HttpStatusCode.valueOf(refusal.code().status()));
        return page;
    }
}
