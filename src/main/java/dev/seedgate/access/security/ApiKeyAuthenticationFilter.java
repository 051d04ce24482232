package dev.seedgate.access.security;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.seedgate.access.team.AuthenticatedTeam;
import dev.seedgate.platform.telemetry.TaskScope;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.web.api.ApiExceptionHandler;
import dev.seedgate.platform.web.api.ErrorResponseWriter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import org.slf4j.MDC;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.transaction.TransactionException;
import org.springframework.util.StringUtils;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Filter that authenticates by {@code Authorization: Bearer}. Whatever is wrong with a key, the
 * answer is the same, so that it says nothing about the key.
 */
class ApiKeyAuthenticationFilter extends OncePerRequestFilter {

    private static final String SCHEME = "Bearer ";

    private final BiFunction<String, HttpServletRequest, Optional<Authentication>> authenticate;
    private final ErrorResponseWriter errors;

    /**
     * @param authenticate whose key this is; may throw {@link ApiException} to refuse a good key
     */
    ApiKeyAuthenticationFilter(
            BiFunction<String, HttpServletRequest, Optional<Authentication>> authenticate,
            ErrorResponseWriter errors) {
        this.authenticate = authenticate;
        this.errors = errors;
    }

    @Override
    protected void doFilterInternal(
            HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        try {
            Authentication caller =
                    key(request)
                            .flatMap(key -> authenticate.apply(key, request))
                            .orElseThrow(ApiKeyAuthenticationFilter::refused);
            SecurityContextHolder.setContext(new SecurityContextImpl(caller));
            if (caller.getPrincipal() instanceof AuthenticatedTeam team) {
                MDC.put(TaskScope.TEAM, team.teamSlug());
            }
        } catch (ApiException e) {
            errors.write(request, response, e);
            return;
        } catch (DataAccessException | TransactionException e) {
            errors.write(request, response, ApiExceptionHandler.explain(e, request));
            return;
        }
        chain.doFilter(request, response);
    }

    static ApiException refused() {
        return new ApiException(
                ErrorCode.INVALID_API_KEY,
                "The API key is missing or not valid. Send it as Authorization: Bearer <key>.");
    }

    private static Optional<String> key(HttpServletRequest request) {
        List<String> headers = Collections.list(request.getHeaders(HttpHeaders.AUTHORIZATION));
        if (headers.size() != 1) {
            return Optional.empty();
        }
        String header = headers.getFirst();
        if (!header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return Optional.empty();
        }
        // Spaces alone: with any other white space it is no well-formed key, and is refused as one.
        String key =
                StringUtils.trimTrailingCharacter(
                        StringUtils.trimLeadingCharacter(header.substring(SCHEME.length()), ' '),
                        ' ');
        // The server reads headers as ISO 8859-1; clients send other letters in UTF-8.
        return key.isEmpty()
                ? Optional.empty()
                : Optional.of(new String(key.getBytes(ISO_8859_1), UTF_8));
    }
}
