package dev.seedgate.access.security;

import static java.util.Objects.requireNonNull;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.web.AuthorizationRequestRepository;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.security.oauth2.core.endpoint.PkceParameterNames;
import org.springframework.security.oauth2.core.oidc.endpoint.OidcParameterNames;
import org.springframework.web.util.WebUtils;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Repository of sign-ins under way at the provider: state, nonce and code verifier, in a cookie of
 * the browser's. So it may come back to any replica, and an unfinished sign-in stores nothing here.
 */
class CookieAuthorizationRequestRepository
        implements AuthorizationRequestRepository<OAuth2AuthorizationRequest> {

    static final String COOKIE = "__Host-seedgate-oidc";

    // Enough for a second factor and perhaps a forgotten password.
    private static final Duration LIFETIME = Duration.ofMinutes(15);

    private final JsonMapper json;

    CookieAuthorizationRequestRepository(JsonMapper json) {
        this.json = json;
    }

    @Override
    public void saveAuthorizationRequest(
            OAuth2AuthorizationRequest pending,
            HttpServletRequest request,
            HttpServletResponse response) {
        byte[] kept = json.writeValueAsBytes(PendingLogin.of(pending));
        CookieSecurityContextRepository.setCookie(
                response,
                COOKIE,
                Base64.getUrlEncoder().withoutPadding().encodeToString(kept),
                LIFETIME);
    }

    @Override
    public @Nullable OAuth2AuthorizationRequest loadAuthorizationRequest(
            HttpServletRequest request) {
        var cookie = WebUtils.getCookie(request, COOKIE);
        if (cookie == null) {
            return null;
        }
        try {
            byte[] kept = Base64.getUrlDecoder().decode(cookie.getValue());
            @Nullable PendingLogin pending =
                    json.readValue(new String(kept, StandardCharsets.UTF_8), PendingLogin.class);
            return pending == null ? null : pending.request();
        } catch (IllegalArgumentException | JacksonException _) {
            // Not one of ours; as good as none.
            return null;
        }
    }

    @Override
    public @Nullable OAuth2AuthorizationRequest removeAuthorizationRequest(
            HttpServletRequest request, HttpServletResponse response) {
        CookieSecurityContextRepository.setCookie(response, COOKIE, "", Duration.ZERO);
        return loadAuthorizationRequest(request);
    }

    /** The parts that count when it comes back. */
    private record PendingLogin(
            String registration,
            String client,
            String uri,
            String redirect,
            String state,
            String nonce,
            String verifier) {

        PendingLogin {
            if (Stream.of(registration, client, uri, redirect, state, nonce, verifier)
                    .anyMatch(Objects::isNull)) {
                throw new IllegalArgumentException("a part is missing");
            }
        }

        static PendingLogin of(OAuth2AuthorizationRequest it) {
            return new PendingLogin(
                    requireNonNull(it.getAttribute(OAuth2ParameterNames.REGISTRATION_ID)),
                    it.getClientId(),
                    it.getAuthorizationUri(),
                    requireNonNull(it.getRedirectUri()),
                    requireNonNull(it.getState()),
                    requireNonNull(it.getAttribute(OidcParameterNames.NONCE)),
                    requireNonNull(it.getAttribute(PkceParameterNames.CODE_VERIFIER)));
        }

        OAuth2AuthorizationRequest request() {
            return OAuth2AuthorizationRequest.authorizationCode()
                    .clientId(client)
                    .authorizationUri(uri)
                    .redirectUri(redirect)
                    .state(state)
                    .scope("openid")
                    .attributes(
                            Map.of(
                                    OAuth2ParameterNames.REGISTRATION_ID, registration,
                                    OidcParameterNames.NONCE, nonce,
                                    PkceParameterNames.CODE_VERIFIER, verifier))
                    .build();
        }
    }
}
