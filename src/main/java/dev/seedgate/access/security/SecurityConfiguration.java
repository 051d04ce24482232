package dev.seedgate.access.security;

import dev.seedgate.access.operator.AdminKeyAuthenticator;
import dev.seedgate.access.operator.Role;
import dev.seedgate.access.team.AuthenticatedTeam;
import dev.seedgate.access.team.TeamAuthenticator;
import dev.seedgate.platform.values.Actor;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.web.api.ErrorResponseWriter;
import dev.seedgate.platform.web.edge.AnonymousRequestLimit;
import dev.seedgate.platform.web.edge.RequestBodyFilter;
import dev.seedgate.platform.web.edge.SecurityHeaders;
import java.util.List;
import java.util.Optional;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.access.hierarchicalroles.RoleHierarchy;
import org.springframework.security.access.hierarchicalroles.RoleHierarchyImpl;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.ProviderNotFoundException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.ExceptionTranslationFilter;
import org.springframework.security.web.firewall.HttpFirewall;
import org.springframework.security.web.firewall.RequestRejectedHandler;
import org.springframework.security.web.firewall.StrictHttpFirewall;
import org.springframework.security.web.header.HeaderWriterFilter;

/** Three doors: teams, admins, and what is open to everybody. */
@Configuration(proxyBeanMethods = false)
class SecurityConfiguration {

    private final ErrorResponseWriter refusals;
    private final AccessSettings settings;

    SecurityConfiguration(ErrorResponseWriter refusals, AccessSettings settings) {
        this.refusals = refusals;
        this.settings = settings;
    }

    @Bean
    @Order(1)
    SecurityFilterChain teamApi(
            HttpSecurity http, TeamAuthenticator callers, EndpointPermissions rules) {
        return keyed(
                        http,
                        "/api/**",
                        new ApiKeyAuthenticationFilter((key, _) -> team(callers, key), refusals))
                .authorizeHttpRequests(rules::ofTeamApi)
                .build();
    }

    @Bean
    @Order(2)
    SecurityFilterChain adminApi(
            HttpSecurity http,
            BootstrapAdminKey bootstrap,
            AdminKeyAuthenticator callers,
            EndpointPermissions rules) {
        return keyed(
                        http,
                        "/admin/api/**",
                        new ApiKeyAuthenticationFilter(
                                (key, request) ->
                                        admin(bootstrap, callers, key, request.getRemoteAddr()),
                                refusals))
                .authorizeHttpRequests(rules::ofAdminApi)
                .build();
    }

    @Bean
    @Order(4)
    SecurityFilterChain open(HttpSecurity http, AnonymousRequestLimit strangers) {
        return stateless(http, "/**", SecurityHeaders.OPEN)
                .addFilterAfter(strangers.filter(), HeaderWriterFilter.class)
                .authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
                .build();
    }

    /**
     * Each door has its own way to tell who is there; without this bean Boot would make a user and
     * print its password.
     */
    @Bean
    AuthenticationManager nobodyElse() {
        return authentication -> {
            throw new ProviderNotFoundException("every door knows its own");
        };
    }

    /** Each role may do what the one below it may. */
    @Bean
    static RoleHierarchy roles() {
        return RoleHierarchyImpl.withDefaultRolePrefix()
                .role(Role.ADMIN.name())
                .implies(Role.OPERATOR.name())
                .role(Role.OPERATOR.name())
                .implies(Role.VIEWER.name())
                .build();
    }

    /** URLs that no client means, like encoded slashes. */
    @Bean
    RequestRejectedHandler rejected() {
        return (request, response, _) ->
                refusals.write(
                        request,
                        response,
                        ErrorCode.INVALID_REQUEST,
                        "The request's URL or headers hold characters that are not allowed.",
                        null);
    }

    /** Rare methods are let through, to be told what is possible instead. */
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
                        new RequestBodyFilter(settings.maxBody().toBytes(), refusals),
                        ApiKeyAuthenticationFilter.class)
                .exceptionHandling(errors ->
                        errors.authenticationEntryPoint((request, response, _) ->
                                        refusals.write(
                                                request,
                                                response,
                                                ApiKeyAuthenticationFilter.refused()))
                                .accessDeniedHandler((request, response, _) ->
                                        refusals.write(request, response, lacksRights())));
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

    private static Optional<Authentication> team(TeamAuthenticator callers, String key) {
        Optional<AuthenticatedTeam> caller = callers.authenticate(key);
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
            AdminKeyAuthenticator callers,
            String key,
            String address) {
        if (bootstrap.is(key)) {
            return Optional.of(admin(new Actor("admin:bootstrap", address), Role.ADMIN));
        }
        return callers.authenticate(key).map(caller -> admin(caller.actor(address), caller.role()));
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
