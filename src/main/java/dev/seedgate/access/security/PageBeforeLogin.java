package dev.seedgate.access.security;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.security.web.savedrequest.RequestCache;
import org.springframework.security.web.savedrequest.SavedRequest;
import org.springframework.security.web.savedrequest.SimpleSavedRequest;
import org.springframework.web.util.WebUtils;

/**
 * The page of the console that somebody asked for before signing in, by its path and query in a
 * cookie of the browser's: a deep link leads there after the sign-in, and a stranger stores nothing
 * here.
 */
final class PageBeforeLogin implements RequestCache {

    static final String COOKIE = "__Host-seedgate-page";

    // Enough for a sign-in at the provider.
    private static final Duration LIFETIME = Duration.ofMinutes(15);
    // A filter's longest is far below; browsers take 4096 bytes a cookie.
    private static final int MAX_LENGTH = 2000;
    // Within the console, whatever stands in the cookie, and not the sign-in itself.
    private static final Pattern PAGE =
            Pattern.compile("/console(?!/log(in|out)\\b)(?!.*\\.\\.)(/[!-~]*|\\?[!-~]*)?");

    @Override
    public void saveRequest(HttpServletRequest request, HttpServletResponse response) {
        String accept = String.valueOf(request.getHeader(HttpHeaders.ACCEPT));
        boolean page =
                HttpMethod.GET.matches(request.getMethod())
                        && accept.contains(MediaType.TEXT_HTML_VALUE)
                        // A part of a page, asked for by script.
                        && request.getHeader("HX-Request") == null;
        String path = path(request);
        if (page && isPage(path)) {
            byte[] bytes = path.getBytes(StandardCharsets.US_ASCII);
            CookieSecurityContextRepository.setCookie(
                    response,
                    COOKIE,
                    Base64.getUrlEncoder().withoutPadding().encodeToString(bytes),
                    LIFETIME);
        }
    }

    @Override
    public @Nullable SavedRequest getRequest(
            HttpServletRequest request, HttpServletResponse response) {
        Cookie cookie = WebUtils.getCookie(request, COOKIE);
        if (cookie == null || cookie.getValue().isEmpty()) {
            return null;
        }
        try {
            byte[] path = Base64.getUrlDecoder().decode(cookie.getValue());
            String page = new String(path, StandardCharsets.US_ASCII);
            return isPage(page) ? new SimpleSavedRequest(page) : null;
        } catch (IllegalArgumentException _) {
            // Not one of ours; as good as none.
            return null;
        }
    }

    @Override
    public @Nullable HttpServletRequest getMatchingRequest(
            HttpServletRequest request, HttpServletResponse response) {
        SavedRequest saved = getRequest(request, response);
        if (saved != null && saved.getRedirectUrl().equals(path(request))) {
            // There; the next sign-in leads to the first page again.
            removeRequest(request, response);
        }
        // The page is asked for as it is.
        return null;
    }

    @Override
    public void removeRequest(HttpServletRequest request, HttpServletResponse response) {
        if (WebUtils.getCookie(request, COOKIE) != null) {
            CookieSecurityContextRepository.setCookie(response, COOKIE, "", Duration.ZERO);
        }
    }

    /** Without the context path: the redirect puts it in front again. */
    private static String path(HttpServletRequest request) {
        String query = request.getQueryString();
        return request.getRequestURI().substring(request.getContextPath().length())
                + (query == null ? "" : "?" + query);
    }

    private static boolean isPage(String path) {
        return path.length() <= MAX_LENGTH && PAGE.matcher(path).matches();
    }
}
