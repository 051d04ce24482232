package dev.seedgate.access;

import dev.seedgate.staff.OidcSettings;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.LockedException;
import org.springframework.security.config.ObjectPostProcessor;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.annotation.web.configurers.oauth2.client.OAuth2LoginConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestRedirectFilter;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizedClientRepository;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.csrf.CookieCsrfTokenRepository;
import org.springframework.security.web.csrf.CsrfException;
import org.springframework.security.web.header.HeaderWriterFilter;
import tools.jackson.databind.json.JsonMapper;

/** The fourth door: people, by the bootstrap admin key or the company's provider. */
@Configuration(proxyBeanMethods = false)
class ConsoleSecurity {

    // Enough to tell what went wrong, and no more of it.
    private static final int LONGEST_REASON = 300;

    /** Where the provider sends people back to; one step below where they set out. */
    static final String CALLBACK = "/console/login/oidc/callback";

    private static final Logger log = LoggerFactory.getLogger(ConsoleSecurity.class);
    private static final String LOGIN = "/console/login";

    private final Refusals refusals;
    private final OidcSettings oidc;
    private final JsonMapper json;

    ConsoleSecurity(Refusals refusals, OidcSettings oidc, JsonMapper json) {
        this.refusals = refusals;
        this.oidc = oidc;
        this.json = json;
    }

    @Bean
    @Order(3)
    SecurityFilterChain console(
            HttpSecurity http,
            Rules rules,
            ConsoleSessions sessions,
            BootstrapPassword password,
            StrangersPart strangers,
            @Value("${seedgate.public-url:#{null}}") @Nullable String publicUrl) {
        Headers.add(http, Headers.PAGES)
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
                                .failureHandler(ConsoleSecurity::tell))
                .logout(logout ->
                        logout.logoutUrl("/console/logout").logoutSuccessUrl(LOGIN + "?out"))
                .exceptionHandling(it -> it.accessDeniedHandler(this::denied))
                .authorizeHttpRequests(rules::ofConsole);
        if (oidc.enabled()) {
            http.oauth2Login(login -> provide(login, new OidcProvider(oidc, publicUrl)));
        }
        return http.build();
    }

    private void provide(OAuth2LoginConfigurer<HttpSecurity> login, OidcProvider provider) {
        login.clientRegistrationRepository(provider)
                .authorizedClientRepository(new NoTokens())
                .loginPage(LOGIN)
                .authorizationEndpoint(it ->
                        it.baseUri(LOGIN).authorizationRequestRepository(new OidcRequests(json)))
                .redirectionEndpoint(it -> it.baseUri(CALLBACK))
                .userInfoEndpoint(it -> it.oidcUserService(new OidcPeople(oidc)))
                .defaultSuccessUrl("/console", true)
                .failureHandler(ConsoleSecurity::tell)
                .addObjectPostProcessor(
                        new ObjectPostProcessor<OAuth2AuthorizationRequestRedirectFilter>() {
                            @Override
                            public <O extends OAuth2AuthorizationRequestRedirectFilter>
                                    O postProcess(O filter) {
                                filter.setAuthenticationFailureHandler(ConsoleSecurity::tell);
                                return filter;
                            }
                        });
    }

    /**
     * In a cookie, which browsers take from this host alone: so a stranger's visit leaves no row.
     */
    private static CookieCsrfTokenRepository csrfTokens() {
        CookieCsrfTokenRepository tokens = new CookieCsrfTokenRepository();
        tokens.setCookieName("__Host-seedgate-csrf");
        tokens.setCookiePath("/");
        tokens.setCookieCustomizer(cookie -> cookie.secure(true).httpOnly(true).sameSite("Lax"));
        return tokens;
    }

    /** Leads back to the sign-in, with the reason as the page knows it. */
    private static void tell(
            HttpServletRequest request,
            HttpServletResponse response,
            AuthenticationException failure)
            throws IOException {
        String reason =
                switch (failure) {
                    case LockedException _ -> "wait";
                    case BadCredentialsException _ -> "wrong";
                    case OAuth2AuthenticationException refused
                            when refused.getError().getErrorCode().equals(OidcPeople.NO_ROLE) ->
                            "role";
                    default -> "failed";
                };
        log.warn("Sign-in from {} failed ({}): {}", request.getRemoteAddr(), reason, line(failure));
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
            response.sendRedirect(LOGIN + "?expired");
        } else {
            refusals.write(request, response, SecurityConfiguration.lacksRights());
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
