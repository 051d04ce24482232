package dev.seedgate.operations.console;

import dev.seedgate.access.operator.ConsolePrincipal;
import dev.seedgate.vendor.client.Vendor;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.thymeleaf.spring6.view.ThymeleafViewResolver;

/** The model attributes that the layout shows on every page. */
@ControllerAdvice(basePackageClasses = EveryPage.class)
class EveryPage {

    /** Whether figures are the sandbox's is told on the pages too that no controller makes. */
    EveryPage(Vendor vendor, ThymeleafViewResolver pages) {
        pages.addStaticVariable("sandbox", vendor.isSandbox());
    }

    /** Nobody on the sign-in page. */
    @ModelAttribute("who")
    @Nullable ConsolePrincipal who(@AuthenticationPrincipal @Nullable ConsolePrincipal who) {
        return who;
    }
}
