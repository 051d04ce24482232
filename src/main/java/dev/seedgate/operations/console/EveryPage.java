package dev.seedgate.operations.console;

import dev.seedgate.access.operator.ConsolePrincipal;
import dev.seedgate.vendor.client.Vendor;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.thymeleaf.spring6.view.ThymeleafViewResolver;

/** The model attributes of every page. */
@ControllerAdvice(basePackageClasses = EveryPage.class)
class EveryPage {

    /** Pages that no controller makes have the same bar and navigation. */
    EveryPage(Vendor vendor, Navigation navigation, ThymeleafViewResolver pages) {
        pages.addStaticVariable("sandbox", vendor.isSandbox());
        pages.addStaticVariable("navigation", navigation);
        pages.addStaticVariable("show", new DisplayFormat());
    }

    /** The signed-in person; null on the sign-in page. */
    @ModelAttribute("who")
    @Nullable ConsolePrincipal who(@AuthenticationPrincipal @Nullable ConsolePrincipal who) {
        return who;
    }

    /** What was typed into a page's form; nothing, until one is refused. */
    @ModelAttribute("form")
    Map<String, String> form() {
        return Map.of();
    }
}
