package dev.seedgate.operations.console;

import dev.seedgate.access.operator.ConsolePrincipal;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.web.api.HtmlErrorPage;
import dev.seedgate.platform.web.api.RequestPath;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.View;
import org.thymeleaf.spring6.view.ThymeleafViewResolver;

/**
 * The error page of the console: there is no such page, this person may not see it, or something is
 * away.
 */
@Component
class ProblemPage implements HtmlErrorPage {

    // Not made before it is asked for: refusals stand in the server before there are pages.
    private final ObjectProvider<ThymeleafViewResolver> pages;

    ProblemPage(ObjectProvider<ThymeleafViewResolver> pages) {
        this.pages = pages;
    }

    @Override
    public boolean isFor(HttpServletRequest request) {
        String path = RequestPath.of(request);
        return path.equals("/console") || path.startsWith("/console/");
    }

    @Override
    public void write(
            HttpServletRequest request,
            HttpServletResponse response,
            ErrorCode code,
            String message,
            String requestId)
            throws IOException {
        Map<String, Object> model = new HashMap<>();
        model.put("missing", code.status() == HttpServletResponse.SC_NOT_FOUND);
        model.put("text", message);
        model.put("requestId", requestId);
        model.put("who", who());
        try {
            View page = pages.getObject().resolveViewName("console/problem", Locale.ROOT);
            if (page == null) {
                throw new IllegalStateException("the problem page is missing");
            }
            page.render(model, request, response);
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    private static @Nullable ConsolePrincipal who() {
        Authentication caller = SecurityContextHolder.getContext().getAuthentication();
        return caller != null && caller.getPrincipal() instanceof ConsolePrincipal who ? who : null;
    }
}
