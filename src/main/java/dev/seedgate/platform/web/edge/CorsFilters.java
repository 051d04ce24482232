package dev.seedgate.platform.web.edge;

import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.RequestId;
import dev.seedgate.platform.values.StartupException;
import dev.seedgate.platform.web.api.ErrorResponseWriter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.ServerHttpResponse;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.cors.CorsConfigurationSource;
import org.springframework.web.cors.CorsUtils;
import org.springframework.web.cors.DefaultCorsProcessor;
import org.springframework.web.filter.CorsFilter;

/**
 * CORS filter of the team API: pages of the listed origins may call it. Other origins get no CORS
 * headers, and their preflight requests are refused, so that the browser keeps the page from it.
 */
final class CorsFilters {

    private static final Pattern ORIGIN = Pattern.compile("https?://[a-z0-9.\\-\\[\\]:]+");

    private CorsFilters() {}

    static CorsFilter filter(List<String> origins, ErrorResponseWriter errors) {
        CorsConfiguration shared = configuration(origins);
        Set<String> listed = Set.copyOf(origins);
        CorsConfigurationSource source =
                request ->
                        listed.contains(String.valueOf(request.getHeader(HttpHeaders.ORIGIN)))
                                ? shared
                                : null;
        CorsFilter filter = new CorsFilter(source);
        filter.setCorsProcessor(new EnvelopeCorsProcessor(errors));
        return filter;
    }

    private static CorsConfiguration configuration(List<String> origins) {
        CorsConfiguration shared = new CorsConfiguration();
        shared.setAllowedOrigins(origins.stream().map(CorsFilters::checked).toList());
        shared.setAllowedMethods(List.of("GET", "HEAD", "POST", "DELETE"));
        shared.setAllowedHeaders(
                List.of(
                        HttpHeaders.AUTHORIZATION,
                        HttpHeaders.CONTENT_TYPE,
                        "Idempotency-Key",
                        "X-Project",
                        "X-Callback-Url"));
        shared.setExposedHeaders(
                List.of(
                        RequestId.HEADER,
                        "X-Credits-Charged",
                        "X-Credits-Remaining",
                        "X-Limit-Exceeded",
                        "X-Ignored-Fields",
                        "Idempotent-Replayed",
                        HttpHeaders.RETRY_AFTER));
        // A key is sent by the page's own code; there are no cookies to send along.
        shared.setAllowCredentials(false);
        // Browsers cap it at two hours; an origin that is taken off the list is shut out sooner.
        shared.setMaxAge(Duration.ofHours(1));
        return shared;
    }

    private static String checked(String origin) {
        if (!ORIGIN.matcher(origin).matches()) {
            throw new StartupException(
                    "SEEDGATE_CORS_ORIGINS has \""
                            + origin
                            + "\": list exact origins as browsers send them, such as"
                            + " https://studio.example.org, in lower case and without a path. There is no *: name the pages that may use a team's key.");
        }
        return origin;
    }

    /** CORS processor that refuses a preflight in the envelope, like all else. */
    private static final class EnvelopeCorsProcessor extends DefaultCorsProcessor {

        private final ErrorResponseWriter errors;

        EnvelopeCorsProcessor(ErrorResponseWriter errors) {
            this.errors = errors;
        }

        @Override
        public boolean processRequest(
                @Nullable CorsConfiguration shared,
                HttpServletRequest request,
                HttpServletResponse response)
                throws IOException {
            boolean asksForAnother = shared == null && CorsUtils.isPreFlightRequest(request);
            boolean goesOn = !asksForAnother && super.processRequest(shared, request, response);
            if (!goesOn) {
                errors.write(
                        request,
                        response,
                        new ApiException(
                                ErrorCode.FORBIDDEN,
                                "Pages of this origin may not make this call. The operators list those that may in SEEDGATE_CORS_ORIGINS."));
            }
            return goesOn;
        }

        @Override
        protected void rejectRequest(ServerHttpResponse response) {
            // Written above.
        }
    }
}
