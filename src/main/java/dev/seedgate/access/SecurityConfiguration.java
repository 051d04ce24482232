package dev.seedgate.access;

import dev.seedgate.shared.Actor;
import dev.seedgate.shared.ErrorCode;
import dev.seedgate.shared.GatewayException;
import dev.seedgate.staff.AdminCallers;
import dev.seedgate.staff.Role;
import dev.seedgate.team.Caller;
import dev.seedgate.team.Callers;
import java.util.List;
import java.util.Optional;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
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
@EnableConfigurationProperties(AccessSettings.class)
class SecurityConfiguration {

    private final Refusals refusals;
    private final AccessSettings settings;

    SecurityConfiguration(Refusals refusals, AccessSettings settings) {
        this.refusals = refusals;
        this.settings = settings;
    }

    @Bean
    @Order(1)
    SecurityFilterChain teamApi(HttpSecurity http, Callers callers, Rules rules) {
        return keyed(http, "/api/**", new BearerFilter((key, _) -> team(callers, key), refusals))
                .authorizeHttpRequests(rules::ofTeamApi)
                .build();
    }

    @Bean
    @Order(2)
    SecurityFilterChain adminApi(
            HttpSecurity http, BootstrapKey bootstrap, AdminCallers callers, Rules rules) {
        return keyed(
                        http,
                        "/admin/api/**",
                        new BearerFilter(
                                (key, request) ->
                                        admin(bootstrap, callers, key, request.getRemoteAddr()),
                                refusals))
                .authorizeHttpRequests(rules::ofAdminApi)
                .build();
    }

    @Bean
    @Order(4)
    SecurityFilterChain open(HttpSecurity http, StrangersPart strangers) {
        return stateless(http, "/**", Headers.OPEN)
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

    private HttpSecurity keyed(HttpSecurity http, String paths, BearerFilter keys) {
        return stateless(http, paths, Headers.DATA)
                .addFilterBefore(keys, ExceptionTranslationFilter.class)
                .addFilterAfter(
                        new BodyGuard(settings.maxBody().toBytes(), refusals), BearerFilter.class)
                .exceptionHandling(errors ->
                        errors.authenticationEntryPoint((request, response, _) ->
                                        refusals.write(request, response, BearerFilter.refused()))
                                .accessDeniedHandler((request, response, _) ->
                                        refusals.write(request, response, lacksRights())));
    }

    private static HttpSecurity stateless(HttpSecurity http, String paths, String contentPolicy) {
        return Headers.add(http, contentPolicy)
                .securityMatcher(paths)
                .csrf(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .sessionManagement(sessions ->
                        sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS));
    }

    private static Optional<Authentication> team(Callers callers, String key) {
        Optional<Caller> caller = callers.authenticate(key);
        if (caller.map(Caller::keySuspended).orElse(false)) {
            throw new GatewayException(
                    ErrorCode.FORBIDDEN, "This API key is suspended. Ask an admin.");
        }
        return caller.map(known -> {
            List<GrantedAuthority> scopes = known.scopes().stream().map(Rules::authority).toList();
            return UsernamePasswordAuthenticationToken.authenticated(known, null, scopes);
        });
    }

    private static Optional<Authentication> admin(
            BootstrapKey bootstrap, AdminCallers callers, String key, String address) {
        if (bootstrap.is(key)) {
            return Optional.of(admin(new Actor("admin:bootstrap", address), Role.ADMIN));
        }
        return callers.authenticate(key).map(caller -> admin(caller.actor(address), caller.role()));
    }

    private static Authentication admin(Actor actor, Role role) {
        return UsernamePasswordAuthenticationToken.authenticated(
                actor, null, List.of(Rules.authority(role)));
    }

    static GatewayException lacksRights() {
        return new GatewayException(
                ErrorCode.FORBIDDEN,
                "This API key lacks the scope or role for this call. Use another key.");
    }
}
