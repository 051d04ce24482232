package dev.seedgate.access.security;

import dev.seedgate.access.operator.AdminKeyAuthenticator;
import dev.seedgate.access.operator.Role;
import dev.seedgate.access.team.AuthenticatedTeam;
import dev.seedgate.access.team.TeamAuthenticator;
import dev.seedgate.platform.database.ConnectionShares;
import dev.seedgate.platform.values.Actor;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.web.api.ErrorResponseWriter;
import dev.seedgate.platform.web.edge.AnonymousRequestLimit;
import dev.seedgate.platform.web.edge.RequestBodyFilter;
import dev.seedgate.platform.web.edge.SecurityHeaders;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Optional;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.ProviderNotFoundException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.config.observation.SecurityObservationSettings;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.ExceptionTranslationFilter;
import org.springframework.security.web.firewall.HttpFirewall;
import org.springframework.security.web.firewall.RequestRejectedHandler;
import org.springframework.security.web.firewall.StrictHttpFirewall;
import org.springframework.security.web.header.HeaderWriterFilter;

/**
 * Security filter chains of the two APIs and of what is open to everybody, by order: 1 {@code
 * /api/**} by a team's API key, 2 {@code /admin/api/**} by an admin key, 4 all other paths, without
 * authentication. Number 3, the console's, is in {@link ConsoleSecurity}.
 */
@Configuration(proxyBeanMethods = false)
class SecurityConfiguration {

    private final ErrorResponseWriter errors;
    private final AccessSettings settings;

    SecurityConfiguration(ErrorResponseWriter errors, AccessSettings settings) {
        this.errors = errors;
        this.settings = settings;
    }

    @Bean
    @Order(1)
    SecurityFilterChain teamApi(
            HttpSecurity http, TeamAuthenticator authenticator, EndpointPermissions permissions) {
        return keyed(
                        http,
                        "/api/**",
                        new ApiKeyAuthenticationFilter(
                                (key, request) -> team(authenticator, key, request), errors))
                .authorizeHttpRequests(permissions::ofTeamApi)
                .build();
    }

    @Bean
    @Order(2)
    SecurityFilterChain adminApi(
            HttpSecurity http,
            BootstrapAdminKey bootstrap,
            AdminKeyAuthenticator authenticator,
            EndpointPermissions permissions) {
        return keyed(
                        http,
                        "/admin/api/**",
                        new ApiKeyAuthenticationFilter(
                                (key, request) ->
                                        admin(
                                                bootstrap,
                                                authenticator,
                                                key,
                                                request.getRemoteAddr()),
                                errors))
                .authorizeHttpRequests(permissions::ofAdminApi)
                .build();
    }

    @Bean
    @Order(4)
    SecurityFilterChain open(HttpSecurity http, AnonymousRequestLimit anonymousLimit) {
        return stateless(http, "/**", SecurityHeaders.OPEN)
                .addFilterAfter(anonymousLimit.filter(), HeaderWriterFilter.class)
                .authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
                .build();
    }

    /**
     * Refuses everybody: each filter chain authenticates by itself. Without this bean Spring Boot
     * would make a user and print its password.
     */
    @Bean
    AuthenticationManager noSharedAuthenticationManager() {
        return authentication -> {
            throw new ProviderNotFoundException("each filter chain authenticates by itself");
        };
    }

    /** A dozen spans and timers a request of the filters' own: noise, and not for free. */
    @Bean
    static SecurityObservationSettings noObservationsOfFilters() {
        return SecurityObservationSettings.noObservations();
    }

    /** Answers URLs that the firewall rejects, like those with encoded slashes: 400. */
    @Bean
    RequestRejectedHandler rejected() {
        return (request, response, _) ->
                errors.write(
                        request,
                        response,
                        ErrorCode.INVALID_REQUEST,
                        "The request's URL or headers hold characters that are not allowed.",
                        null);
    }

    /** Lets rare methods through, so that they get a 405 with the methods that there are. */
    @Bean
    HttpFirewall firewall() {
        StrictHttpFirewall firewall = new StrictHttpFirewall();
        firewall.setUnsafeAllowAnyHttpMethod(true);
        return firewall;
    }

    private HttpSecurity keyed(HttpSecurity http, String paths, ApiKeyAuthenticationFilter keys) {
        return stateless(http, paths, SecurityHeaders.DATA)
                .addFilterBefore(keys, ExceptionTranslationFilter.class)
                .addFilterAfter(
                        new RequestBodyFilter(settings.maxBody().toBytes(), errors),
                        ApiKeyAuthenticationFilter.class)
                .exceptionHandling(handling ->
                        handling.authenticationEntryPoint((request, response, _) ->
                                        errors.write(
                                                request,
                                                response,
                                                ApiKeyAuthenticationFilter.refused()))
                                .accessDeniedHandler((request, response, _) ->
                                        errors.write(request, response, lacksRights())));
    }

    private static HttpSecurity stateless(HttpSecurity http, String paths, String contentPolicy) {
        return SecurityHeaders.add(http, contentPolicy)
                .securityMatcher(paths)
                .csrf(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .sessionManagement(sessions ->
                        sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS));
    }

    private static Optional<Authentication> team(
            TeamAuthenticator authenticator, String key, HttpServletRequest request) {
        Optional<AuthenticatedTeam> caller = authenticator.authenticate(key);
        caller.ifPresent(known -> request.setAttribute(ConnectionShares.TEAM, known.teamId()));
        if (caller.map(AuthenticatedTeam::keySuspended).orElse(false)) {
            throw new ApiException(ErrorCode.FORBIDDEN, "This API key is suspended. Ask an admin.");
        }
        return caller.map(known -> {
            List<GrantedAuthority> scopes =
                    known.scopes().stream().map(EndpointPermissions::authority).toList();
            return UsernamePasswordAuthenticationToken.authenticated(known, null, scopes);
        });
    }

    private static Optional<Authentication> admin(
            BootstrapAdminKey bootstrap,
            AdminKeyAuthenticator authenticator,
            String key,
            String address) {
        if (bootstrap.matches(key)) {
            return Optional.of(admin(new Actor("admin:bootstrap", address), Role.ADMIN));
        }
        return authenticator
                .authenticate(key)
                .map(caller -> admin(caller.actor(address), caller.role()));
    }

    private static Authentication admin(Actor actor, Role role) {
        return UsernamePasswordAuthenticationToken.authenticated(
                actor, null, List.of(EndpointPermissions.authority(role)));
    }

    static ApiException lacksRights() {
        return new ApiException(
                ErrorCode.FORBIDDEN,
                "This API key lacks the scope or role for this call. Use another key.");
    }
}
