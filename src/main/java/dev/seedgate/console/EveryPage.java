package dev.seedgate.console;

import dev.seedgate.staff.ConsolePrincipal;
import dev.seedgate.upstream.Vendor;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ModelAttribute;

/** What the layout shows on every page. */
@ControllerAdvice(basePackageClasses = EveryPage.class)
class EveryPage {

    private final boolean sandbox;

    EveryPage(Vendor vendor) {
        sandbox = vendor.isSandbox();
    }

    /** Nobody on the sign-in page. */
    @ModelAttribute("who")
    @Nullable ConsolePrincipal who(@AuthenticationPrincipal @Nullable ConsolePrincipal who) {
        return who;
    }

    @ModelAttribute("sandbox")
    boolean sandbox() {
        return sandbox;
    }
}
