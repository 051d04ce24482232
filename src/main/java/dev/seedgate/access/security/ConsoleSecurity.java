package dev.seedgate.access.security;

import dev.seedgate.access.operator.OidcSettings;
import dev.seedgate.access.team.Teams;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.web.api.ErrorResponseWriter;
import dev.seedgate.platform.web.edge.AnonymousRequestLimit;
import dev.seedgate.platform.web.edge.PublicUrl;
import dev.seedgate.platform.web.edge.SecurityHeaders;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.LockedException;
import org.springframework.security.config.ObjectPostProcessor;
import org.springframework.security.config.annotation.authentication.builders.AuthenticationManagerBuilder;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.oauth2.client.OAuth2LoginConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestRedirectFilter;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizedClientRepository;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.csrf.CookieCsrfTokenRepository;
import org.springframework.security.web.csrf.CsrfException;
import org.springframework.security.web.header.HeaderWriterFilter;
import org.springframework.web.util.WebUtils;
import tools.jackson.databind.json.JsonMapper;

/**
 * Security filter chain of the console, {@code /console/**}, order 3: people sign in by form with
 * an admin key or by OpenID Connect at the company's provider, and have a session cookie then.
 */
@Configuration(proxyBeanMethods = false)
class ConsoleSecurity {

    // Characters of a provider's error that go into the log: enough to see what went wrong.
    private static final int MAX_REASON_LENGTH = 300;

    /** Path that the provider redirects to after a sign-in. */
    static final String CALLBACK = "/console/login/oidc/callback";

    private static final String LOGIN = "/console/login";
    private static final String CSRF_COOKIE = "__Host-seedgate-csrf";

    private final ErrorResponseWriter errors;
    private final SignInAudit signIns;
    private final OidcSettings oidc;
    private final Teams teams;
    private final JsonMapper json;

    ConsoleSecurity(
            ErrorResponseWriter errors,
            SignInAudit signIns,
            OidcSettings oidc,
            Teams teams,
            JsonMapper json) {
        this.errors = errors;
        this.signIns = signIns;
        this.oidc = oidc;
        this.teams = teams;
        this.json = json;
    }

    @Bean
    @Order(3)
    SecurityFilterChain console(
            HttpSecurity http,
            EndpointPermissions permissions,
            CookieSecurityContextRepository sessions,
            BootstrapKeyAuthenticationProvider password,
            AnonymousRequestLimit anonymousLimit,
            PublicUrl publicUrl) {
        // Else a wrong key is tried, and counted, there once more.
        http.getSharedObject(AuthenticationManagerBuilder.class).parentAuthenticationManager(null);
        SecurityHeaders.add(http, SecurityHeaders.PAGES)
                .securityMatcher("/console", "/console/**")
                .addFilterAfter(anonymousLimit.filter(), HeaderWriterFilter.class)
                .securityContext(context -> context.securityContextRepository(sessions))
                .sessionManagement(it -> it.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .requestCache(it -> it.requestCache(new PageBeforeLogin()))
                .csrf(csrf -> csrf.csrfTokenRepository(csrfTokens()))
                .authenticationProvider(password)
                .formLogin(form ->
                        form.loginPage(LOGIN)
                                .defaultSuccessUrl("/console")
                                .failureHandler(this::redirectToLogin))
                .logout(logout ->
                        logout.logoutUrl("/console/logout").logoutSuccessUrl(LOGIN + "?out"))
                .exceptionHandling(it -> it.accessDeniedHandler(this::denied))
                .authorizeHttpRequests(permissions::ofConsole);
        if (oidc.enabled()) {
            http.oauth2Login(login ->
                    configureOidc(
                            login, new LazyOidcClientRegistration(oidc, publicUrl), publicUrl));
        }
        return http.build();
    }

    private void configureOidc(
            OAuth2LoginConfigurer<HttpSecurity> login,
            LazyOidcClientRegistration provider,
            PublicUrl publicUrl) {
        login.clientRegistrationRepository(provider)
                .authorizedClientRepository(new NoAuthorizedClients())
                .loginPage(LOGIN)
                .authorizationEndpoint(it ->
                        it.authorizationRequestResolver(requestResolver(provider, publicUrl))
                                .authorizationRequestRepository(
                                        new CookieAuthorizationRequestRepository(json)))
                .redirectionEndpoint(it -> it.baseUri(CALLBACK))
                .tokenEndpoint(it -> it.accessTokenResponseClient(new BoundedTokenClient(oidc)))
                .userInfoEndpoint(it -> it.oidcUserService(new OidcRoleUserService(oidc, teams)))
                .defaultSuccessUrl("/console")
                .failureHandler(this::redirectToLogin)
                .addObjectPostProcessor(
                        new ObjectPostProcessor<OAuth2AuthorizationRequestRedirectFilter>() {
                            @Override
                            public <O extends OAuth2AuthorizationRequestRedirectFilter>
                                    O postProcess(O filter) {
                                filter.setAuthenticationFailureHandler(
                                        ConsoleSecurity.this::redirectToLogin);
                                return filter;
                            }
                        });
    }

    /**
     * Makes the requests to the provider. The address that it redirects to comes from a setting;
     * without one from the request, whose Host header anybody can write, and is then accepted only
     * if it leads to this machine.
     */
    private static OAuth2AuthorizationRequestResolver requestResolver(
            LazyOidcClientRegistration provider, PublicUrl publicUrl) {
        DefaultOAuth2AuthorizationRequestResolver requestResolver =
                new DefaultOAuth2AuthorizationRequestResolver(provider, LOGIN);
        return publicUrl.isSet() ? requestResolver : new LoopbackOnlyResolver(requestResolver);
    }

    /**
     * CSRF tokens in a cookie that browsers take from this host alone: a visit without a sign-in
     * stores nothing here.
     */
    private static CookieCsrfTokenRepository csrfTokens() {
        CookieCsrfTokenRepository tokens = new CookieCsrfTokenRepository();
        tokens.setCookieName(CSRF_COOKIE);
        tokens.setCookiePath("/");
        tokens.setCookieCustomizer(cookie -> cookie.secure(true).httpOnly(true).sameSite("Lax"));
        return tokens;
    }

    /** Redirects to the sign-in page, with the reason in its query. */
    private void redirectToLogin(
            HttpServletRequest request,
            HttpServletResponse response,
            AuthenticationException failure)
            throws IOException {
        String reason =
                switch (failure) {
                    case LockedException _ -> "wait";
                    case Exception it when it.getCause() instanceof PublicUrlMissingException ->
                            "address";
                    case BadCredentialsException _ -> "wrong";
                    case OAuth2AuthenticationException refused ->
                            switch (refused.getError().getErrorCode()) {
                                case OidcRoleUserService.NO_ROLE -> "role";
                                case BoundedTokenClient.BUSY -> "busy";
                                default -> "failed";
                            };
                    default -> "failed";
                };
        signIns.refused(request, reason, singleLine(failure));
        response.sendRedirect(LOGIN + "?" + reason);
    }

    /** The provider's error on one line of the log: anybody can put it into the redirect's URL. */
    private static String singleLine(AuthenticationException failure) {
        String text = String.valueOf(failure.getMessage());
        return text.substring(0, Math.min(text.length(), MAX_REASON_LENGTH))
                .replaceAll("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]+", " ");
    }

    /** Redirects an expired form to the sign-in page; refuses whoever may not. */
    private void denied(HttpServletRequest request, HttpServletResponse response, Exception reason)
            throws IOException {
        if (reason instanceof CsrfException) {
            // Without TLS a browser keeps none of the cookies, and signing in again never helps.
            boolean plain = !request.isSecure() && WebUtils.getCookie(request, CSRF_COOKIE) == null;
            response.sendRedirect(LOGIN + (plain ? "?plain" : "?expired"));
        } else {
            errors.write(
                    request,
                    response,
                    new ApiException(
                            ErrorCode.FORBIDDEN,
                            "This is not for you to open or do. If you need it, ask an admin for the role."));
        }
    }

    /** There is neither a public URL in the settings nor a request to this machine itself. */
    private static final class PublicUrlMissingException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        PublicUrlMissingException() {
            super("SEEDGATE_PUBLIC_URL is not set", null, false, false);
        }
    }

    private record LoopbackOnlyResolver(DefaultOAuth2AuthorizationRequestResolver requestResolver)
            implements OAuth2AuthorizationRequestResolver {

        @Override
        public @Nullable OAuth2AuthorizationRequest resolve(HttpServletRequest request) {
            return checked(request, requestResolver.resolve(request));
        }

        @Override
        public @Nullable OAuth2AuthorizationRequest resolve(
                HttpServletRequest request, String registration) {
            return checked(request, requestResolver.resolve(request, registration));
        }

        /** Null where the request is not one for the provider. */
        private static @Nullable OAuth2AuthorizationRequest checked(
                HttpServletRequest request, @Nullable OAuth2AuthorizationRequest asked) {
            if (asked != null && !isThisMachine(request.getServerName())) {
                throw new PublicUrlMissingException();
            }
            return asked;
        }

        private static boolean isThisMachine(String host) {
            if (host.equalsIgnoreCase("localhost")) {
                return true;
            }
            try {
                return InetAddress.ofLiteral(host).isLoopbackAddress();
            } catch (IllegalArgumentException _) {
                // A name, which anybody may have made up.
                return false;
            }
        }
    }

    /** Stores no tokens: nothing is asked of the provider after the sign-in. */
    private static final class NoAuthorizedClients implements OAuth2AuthorizedClientRepository {

        @Override
        @SuppressWarnings("TypeParameterUnusedInFormals") // as inherited
        public <T extends OAuth2AuthorizedClient> @Nullable T loadAuthorizedClient(
                String id, Authentication caller, HttpServletRequest request) {
            return null;
        }

        @Override
        public void saveAuthorizedClient(
                OAuth2AuthorizedClient client,
                Authentication caller,
                HttpServletRequest request,
                HttpServletResponse response) {
            // Forgotten at once.
        }

        @Override
        public void removeAuthorizedClient(
                String id,
                Authentication caller,
                HttpServletRequest request,
                HttpServletResponse response) {
            // There is none.
        }
    }
}
