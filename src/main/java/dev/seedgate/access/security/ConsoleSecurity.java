package dev.seedgate.access.security;

import dev.seedgate.access.operator.OidcSettings;
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
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
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

/** The fourth door: people, by the bootstrap admin key or the company's provider. */
@Configuration(proxyBeanMethods = false)
class ConsoleSecurity {

    // Enough to tell what went wrong, and no more of it.
    private static final int LONGEST_REASON = 300;

    /** Where the provider sends people back to; one step below where they set out. */
    static final String CALLBACK = "/console/login/oidc/callback";

    private static final String LOGIN = "/console/login";
    private static final String CSRF_COOKIE = "__Host-seedgate-csrf";

    private final ErrorResponseWriter refusals;
    private final SignInAudit signIns;
    private final OidcSettings oidc;
    private final JsonMapper json;

    ConsoleSecurity(
            ErrorResponseWriter refusals, SignInAudit signIns, OidcSettings oidc, JsonMapper json) {
        this.refusals = refusals;
        this.signIns = signIns;
        this.oidc = oidc;
        this.json = json;
    }

    @Bean
    @Order(3)
    SecurityFilterChain console(
            HttpSecurity http,
            EndpointPermissions rules,
            CookieSecurityContextRepository sessions,
            BootstrapKeyAuthenticationProvider password,
            AnonymousRequestLimit strangers,
            PublicUrl publicUrl) {
        // Else a wrong key is tried, and counted, there once more.
        http.getSharedObject(AuthenticationManagerBuilder.class).parentAuthenticationManager(null);
        SecurityHeaders.add(http, SecurityHeaders.PAGES)
                .securityMatcher("/console", "/console/**")
                .addFilterAfter(strangers.filter(), HeaderWriterFilter.class)
                .securityContext(context -> context.securityContextRepository(sessions))
                .sessionManagement(it -> it.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .requestCache(AbstractHttpConfigurer::disable)
                .csrf(csrf -> csrf.csrfTokenRepository(csrfTokens()))
                .authenticationProvider(password)
                .formLogin(form ->
                        form.loginPage(LOGIN)
                                .defaultSuccessUrl("/console", true)
                                .failureHandler(this::tell))
                .logout(logout ->
                        logout.logoutUrl("/console/logout").logoutSuccessUrl(LOGIN + "?out"))
                .exceptionHandling(it -> it.accessDeniedHandler(this::denied))
                .authorizeHttpRequests(rules::ofConsole);
        if (oidc.enabled()) {
            http.oauth2Login(login ->
                    provide(login, new LazyOidcClientRegistration(oidc, publicUrl), publicUrl));
        }
        return http.build();
    }

    private void provide(
            OAuth2LoginConfigurer<HttpSecurity> login,
            LazyOidcClientRegistration provider,
            PublicUrl publicUrl) {
        login.clientRegistrationRepository(provider)
                .authorizedClientRepository(new NoTokens())
                .loginPage(LOGIN)
                .authorizationEndpoint(it ->
                        it.authorizationRequestResolver(requests(provider, publicUrl))
                                .authorizationRequestRepository(
                                        new CookieAuthorizationRequestRepository(json)))
                .redirectionEndpoint(it -> it.baseUri(CALLBACK))
                .userInfoEndpoint(it -> it.oidcUserService(new OidcRoleUserService(oidc)))
                .defaultSuccessUrl("/console", true)
                .failureHandler(this::tell)
                .addObjectPostProcessor(
                        new ObjectPostProcessor<OAuth2AuthorizationRequestRedirectFilter>() {
                            @Override
                            public <O extends OAuth2AuthorizationRequestRedirectFilter>
                                    O postProcess(O filter) {
                                filter.setAuthenticationFailureHandler(ConsoleSecurity.this::tell);
                                return filter;
                            }
                        });
    }

    /**
     * Where people are sent back to stands in a setting; without it, in the request, whose Host
     * anybody can write. That is believed only where it leads to this machine.
     */
    private static OAuth2AuthorizationRequestResolver requests(
            LazyOidcClientRegistration provider, PublicUrl publicUrl) {
        DefaultOAuth2AuthorizationRequestResolver requests =
                new DefaultOAuth2AuthorizationRequestResolver(provider, LOGIN);
        return publicUrl.isSet() ? requests : new OnThisMachine(requests);
    }

    /**
     * In a cookie, which browsers take from this host alone: so a stranger's visit leaves no row.
     */
    private static CookieCsrfTokenRepository csrfTokens() {
        CookieCsrfTokenRepository tokens = new CookieCsrfTokenRepository();
        tokens.setCookieName(CSRF_COOKIE);
        tokens.setCookiePath("/");
        tokens.setCookieCustomizer(cookie -> cookie.secure(true).httpOnly(true).sameSite("Lax"));
        return tokens;
    }

    /** Leads back to the sign-in, with the reason as the page knows it. */
    private void tell(
            HttpServletRequest request,
            HttpServletResponse response,
            AuthenticationException failure)
            throws IOException {
        String reason =
                switch (failure) {
                    case LockedException _ -> "wait";
                    case Exception it when it.getCause() instanceof UnknownAddress -> "address";
                    case BadCredentialsException _ -> "wrong";
                    case OAuth2AuthenticationException refused
                            when refused.getError()
                                    .getErrorCode()
                                    .equals(OidcRoleUserService.NO_ROLE) ->
                            "role";
                    default -> "failed";
                };
        signIns.refused(request, reason, line(failure));
        response.sendRedirect(LOGIN + "?" + reason);
    }

    /** A provider's words, which anybody can put into the address of the way back. */
    private static String line(AuthenticationException failure) {
        String text = String.valueOf(failure.getMessage());
        return text.substring(0, Math.min(text.length(), LONGEST_REASON))
                .replaceAll("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]+", " ");
    }

    /** A form that lay about too long is the common case, and signing in again helps. */
    private void denied(HttpServletRequest request, HttpServletResponse response, Exception reason)
            throws IOException {
        if (reason instanceof CsrfException) {
            // Without TLS a browser keeps none of the cookies, and signing in again never helps.
            boolean plain = !request.isSecure() && WebUtils.getCookie(request, CSRF_COOKIE) == null;
            response.sendRedirect(LOGIN + (plain ? "?plain" : "?expired"));
        } else {
            refusals.write(request, response, SecurityConfiguration.lacksRights());
        }
    }

    /** Nobody says at which address people are to come back. */
    private static final class UnknownAddress extends RuntimeException {

        private static final long serialVersionUID = 1L;

        UnknownAddress() {
            super("SEEDGATE_PUBLIC_URL is not set", null, false, false);
        }
    }

    private record OnThisMachine(DefaultOAuth2AuthorizationRequestResolver requests)
            implements OAuth2AuthorizationRequestResolver {

        @Override
        public @Nullable OAuth2AuthorizationRequest resolve(HttpServletRequest request) {
            return checked(request, requests.resolve(request));
        }

        @Override
        public @Nullable OAuth2AuthorizationRequest resolve(
                HttpServletRequest request, String registration) {
            return checked(request, requests.resolve(request, registration));
        }

        /** Null where the request is not one for the provider. */
        private static @Nullable OAuth2AuthorizationRequest checked(
                HttpServletRequest request, @Nullable OAuth2AuthorizationRequest asked) {
            if (asked != null && !isThisMachine(request.getServerName())) {
                throw new UnknownAddress();
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

    /** Nothing is asked of the provider once somebody is in. */
    private static final class NoTokens implements OAuth2AuthorizedClientRepository {

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
