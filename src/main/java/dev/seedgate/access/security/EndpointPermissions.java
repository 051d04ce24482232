package dev.seedgate.access.security;

import static dev.seedgate.access.operator.Role.ADMIN;
import static dev.seedgate.access.operator.Role.OPERATOR;
import static dev.seedgate.access.operator.Role.VIEWER;
import static dev.seedgate.access.team.Scope.GENERATE;
import static dev.seedgate.access.team.Scope.STATUS;
import static org.springframework.http.HttpMethod.DELETE;
import static org.springframework.http.HttpMethod.GET;
import static org.springframework.http.HttpMethod.HEAD;
import static org.springframework.http.HttpMethod.OPTIONS;
import static org.springframework.http.HttpMethod.PATCH;
import static org.springframework.http.HttpMethod.POST;
import static org.springframework.http.HttpMethod.PUT;

import dev.seedgate.access.operator.ConsolePrincipal;
import dev.seedgate.access.operator.Role;
import dev.seedgate.access.team.Scope;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.http.HttpMethod;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AuthorizeHttpRequestsConfigurer;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import org.springframework.web.util.ServletRequestPathUtils;

/**
 * Table of the scope or role that each call needs; the first match counts. A call that is not in it
 * is refused to everybody, even when there is a controller for it. A page of the console is closed
 * to members of teams until its line says otherwise.
 */
@Component
class EndpointPermissions {

    private static final List<Rule> TEAM_API =
            List.of(
                    rule(POST, "/api/generate", GENERATE),
                    rule(GET, "/api/status", STATUS),
                    rule(POST, "/api/status", STATUS),
                    rule(POST, "/api/quote", GENERATE),
                    rule(GET, "/api/tasks", STATUS),
                    rule(GET, "/api/tasks/{id}", STATUS),
                    rule(GET, "/api/tasks/{id}/events", STATUS),
                    rule(DELETE, "/api/tasks/{id}", GENERATE),
                    rule(POST, "/api/webhooks", GENERATE),
                    rule(GET, "/api/webhooks", STATUS),
                    rule(GET, "/api/webhooks/{id}", STATUS),
                    rule(DELETE, "/api/webhooks/{id}", GENERATE),
                    rule(POST, "/api/webhooks/{id}/rotate", GENERATE),
                    rule(POST, "/api/webhooks/{id}/test", GENERATE),
                    rule(GET, "/api/webhooks/{id}/deliveries", STATUS),
                    rule(POST, "/api/webhooks/deliveries/{id}/redeliver", GENERATE),
                    rule(GET, "/api/tasks/{id}/clip", STATUS),
                    rule(POST, "/api/tasks/{id}/clip/link", STATUS),
                    rule(GET, "/api/credits", STATUS),
                    rule(GET, "/api/usage", STATUS));

    private static final List<Rule> ADMIN_API =
            List.of(
                    rule(GET, "/admin/api/teams", VIEWER),
                    rule(POST, "/admin/api/teams", ADMIN),
                    rule(GET, "/admin/api/teams/{slug}", VIEWER),
                    rule(PATCH, "/admin/api/teams/{slug}", ADMIN),
                    rule(POST, "/admin/api/teams/{slug}/archive", ADMIN),
                    rule(POST, "/admin/api/teams/{slug}/suspend", OPERATOR),
                    rule(POST, "/admin/api/teams/{slug}/resume", OPERATOR),
                    rule(POST, "/admin/api/teams/{slug}/topups", ADMIN),
                    rule(GET, "/admin/api/teams/{slug}/topups", VIEWER),
                    rule(GET, "/admin/api/teams/{slug}/balance", VIEWER),
                    rule(GET, "/admin/api/teams/{slug}/budgets", VIEWER),
                    rule(PUT, "/admin/api/teams/{slug}/projects/{project}/budget", ADMIN),
                    rule(DELETE, "/admin/api/teams/{slug}/projects/{project}/budget", ADMIN),
                    rule(GET, "/admin/api/teams/{slug}/keys", VIEWER),
                    rule(PUT, "/admin/api/teams/{slug}/keys/{id}/budget", ADMIN),
                    rule(DELETE, "/admin/api/teams/{slug}/keys/{id}/budget", ADMIN),
                    rule(POST, "/admin/api/teams/{slug}/keys", ADMIN),
                    rule(DELETE, "/admin/api/teams/{slug}/keys/{id}", ADMIN),
                    rule(POST, "/admin/api/teams/{slug}/keys/{id}/rotate", ADMIN),
                    rule(POST, "/admin/api/teams/{slug}/keys/{id}/suspend", OPERATOR),
                    rule(POST, "/admin/api/teams/{slug}/keys/{id}/resume", OPERATOR),
                    rule(GET, "/admin/api/teams/{slug}/webhooks", VIEWER),
                    rule(DELETE, "/admin/api/teams/{slug}/webhooks/{id}", ADMIN),
                    rule(GET, "/admin/api/teams/{slug}/webhooks/{id}/deliveries", VIEWER),
                    rule(GET, "/admin/api/teams/{slug}/callback-hosts", VIEWER),
                    rule(PUT, "/admin/api/teams/{slug}/callback-hosts", ADMIN),
                    rule(GET, "/admin/api/admin-keys", VIEWER),
                    rule(POST, "/admin/api/admin-keys", ADMIN),
                    rule(DELETE, "/admin/api/admin-keys/{id}", ADMIN),
                    rule(POST, "/admin/api/admin-keys/{id}/rotate", ADMIN),
                    rule(GET, "/admin/api/tasks", VIEWER),
                    rule(GET, "/admin/api/tasks/{id}", VIEWER),
                    rule(DELETE, "/admin/api/tasks/{id}", OPERATOR),
                    rule(POST, "/admin/api/tasks/{id}/resolve", OPERATOR),
                    rule(POST, "/admin/api/tasks/{id}/ask", OPERATOR),
                    rule(POST, "/admin/api/tasks/refund", OPERATOR),
                    rule(GET, "/admin/api/upstream", VIEWER),
                    rule(POST, "/admin/api/upstream/pause", OPERATOR),
                    rule(POST, "/admin/api/upstream/resume", OPERATOR),
                    rule(POST, "/admin/api/upstream/creates/stop", OPERATOR),
                    rule(POST, "/admin/api/upstream/creates/resume", OPERATOR),
                    rule(GET, "/admin/api/reports/usage", VIEWER),
                    rule(GET, "/admin/api/reports/focus", VIEWER),
                    rule(GET, "/admin/api/reports/statements/{month}", VIEWER),
                    rule(POST, "/admin/api/reports/statements/{month}/close", ADMIN),
                    rule(POST, "/admin/api/reports/statements/{month}/reopen", ADMIN),
                    rule(GET, "/admin/api/reconciliation", VIEWER),
                    rule(GET, "/admin/api/vendor-balance", VIEWER),
                    rule(GET, "/admin/api/vendor-balance/purchases", VIEWER),
                    rule(POST, "/admin/api/vendor-balance/purchases", ADMIN),
                    rule(GET, "/admin/api/alerts", VIEWER),
                    rule(POST, "/admin/api/alerts/{id}/acknowledge", OPERATOR),
                    rule(GET, "/admin/api/prices", VIEWER),
                    rule(POST, "/admin/api/prices", ADMIN),
                    rule(GET, "/admin/api/ledger-check", VIEWER),
                    rule(GET, "/admin/api/audit", VIEWER));

    private static final List<Rule> CONSOLE =
            List.of(
                    rule(GET, "/console", VIEWER).orMember(),
                    rule(GET, "/console/tasks", VIEWER).orMember(),
                    rule(GET, "/console/tasks/refund", OPERATOR),
                    rule(POST, "/console/tasks/refund", OPERATOR),
                    rule(GET, "/console/tasks/{id}", VIEWER).orMember(),
                    rule(GET, "/console/tasks/{id}/clip", VIEWER).orMember(),
                    rule(POST, "/console/tasks/{id}/cancel", OPERATOR),
                    rule(POST, "/console/tasks/{id}/resolve", OPERATOR),
                    rule(POST, "/console/tasks/{id}/ask", OPERATOR),
                    rule(GET, "/console/teams", VIEWER).orMember(),
                    rule(POST, "/console/teams", ADMIN),
                    rule(GET, "/console/teams/{slug}", VIEWER).orMember(),
                    rule(GET, "/console/teams/{slug}/limits", ADMIN),
                    rule(POST, "/console/teams/{slug}/limits", ADMIN),
                    rule(GET, "/console/teams/{slug}/budget", ADMIN),
                    rule(POST, "/console/teams/{slug}/budget", ADMIN),
                    rule(POST, "/console/teams/{slug}/topups", ADMIN),
                    rule(POST, "/console/teams/{slug}/suspend", OPERATOR),
                    rule(POST, "/console/teams/{slug}/resume", OPERATOR),
                    rule(POST, "/console/teams/{slug}/archive", ADMIN),
                    rule(POST, "/console/teams/{slug}/keys", ADMIN).orMember(),
                    rule(POST, "/console/teams/{slug}/keys/{id}/rotate", ADMIN).orMember(),
                    rule(POST, "/console/teams/{slug}/keys/{id}/revoke", ADMIN).orMember(),
                    rule(POST, "/console/teams/{slug}/keys/{id}/suspend", OPERATOR).orMember(),
                    rule(POST, "/console/teams/{slug}/keys/{id}/resume", OPERATOR).orMember(),
                    rule(GET, "/console/playground", VIEWER).orMember(),
                    rule(POST, "/console/playground/quote", VIEWER).orMember(),
                    rule(POST, "/console/playground", ADMIN).orMember(),
                    rule(GET, "/console/playground/{id}", VIEWER).orMember(),
                    rule(GET, "/console/reports", VIEWER),
                    rule(GET, "/console/reports/entries", VIEWER),
                    rule(GET, "/console/reconciliation", VIEWER),
                    rule(GET, "/console/statements", VIEWER),
                    rule(GET, "/console/statements/{month}", VIEWER),
                    rule(POST, "/console/statements/{month}/close", ADMIN),
                    rule(GET, "/console/statements/{month}/{team}", VIEWER),
                    rule(GET, "/console/vendor", VIEWER),
                    rule(POST, "/console/vendor/pause", OPERATOR),
                    rule(POST, "/console/vendor/resume", OPERATOR),
                    rule(POST, "/console/vendor/creates/stop", OPERATOR),
                    rule(POST, "/console/vendor/creates/resume", OPERATOR),
                    rule(POST, "/console/vendor/purchases", ADMIN),
                    rule(GET, "/console/alerts", VIEWER),
                    rule(POST, "/console/alerts/{id}/acknowledge", OPERATOR),
                    rule(GET, "/console/audit", VIEWER),
                    rule(GET, "/console/admins", VIEWER),
                    rule(POST, "/console/admins", ADMIN),
                    rule(POST, "/console/admins/keys/{id}/rotate", ADMIN),
                    rule(POST, "/console/admins/keys/{id}/revoke", ADMIN),
                    rule(GET, "/console/prices", VIEWER),
                    rule(POST, "/console/prices", ADMIN),
                    rule(GET, "/console/webhooks", VIEWER).orMember(),
                    rule(GET, "/console/webhooks/{id}", VIEWER).orMember(),
                    rule(POST, "/console/webhooks/{id}/deliveries/{delivery}/redeliver", OPERATOR)
                            .orMember(),
                    rule(POST, "/console/webhooks/{id}/remove", ADMIN).orMember());

    /** Made once: each call of a team needs them. */
    private static final Map<Scope, GrantedAuthority> OF_SCOPES =
            Arrays.stream(Scope.values())
                    .collect(
                            Collectors.toUnmodifiableMap(
                                    Function.identity(),
                                    scope -> new SimpleGrantedAuthority(name(scope))));

    private final RequestMappingHandlerMapping handlers;

    EndpointPermissions(RequestMappingHandlerMapping requestMappingHandlerMapping) {
        handlers = requestMappingHandlerMapping;
    }

    void ofTeamApi(
            AuthorizeHttpRequestsConfigurer<HttpSecurity>.AuthorizationManagerRequestMatcherRegistry
                    requests) {
        apply(TEAM_API, requests);
    }

    void ofAdminApi(
            AuthorizeHttpRequestsConfigurer<HttpSecurity>.AuthorizationManagerRequestMatcherRegistry
                    requests) {
        apply(ADMIN_API, requests);
    }

    void ofConsole(
            AuthorizeHttpRequestsConfigurer<HttpSecurity>.AuthorizationManagerRequestMatcherRegistry
                    requests) {
        requests.requestMatchers(GET, "/console/login").permitAll();
        apply(CONSOLE, requests);
    }

    private void apply(
            List<Rule> rules,
            AuthorizeHttpRequestsConfigurer<HttpSecurity>.AuthorizationManagerRequestMatcherRegistry
                    requests) {
        for (Rule rule : rules) {
            requests.requestMatchers(rule.method(), rule.path())
                    .hasAnyAuthority(rule.authorities());
            if (rule.method().equals(GET)) {
                requests.requestMatchers(HEAD, rule.path()).hasAnyAuthority(rule.authorities());
            }
        }
        // OPTIONS answers which methods there are, and does nothing.
        requests.requestMatchers(OPTIONS).authenticated();
        requests.anyRequest()
                .access((_, context) ->
                        new AuthorizationDecision(hasNoHandler(context.getRequest())));
    }

    /**
     * Whether no controller has this path: then nothing is to protect, and 404 says more than 403.
     */
    private boolean hasNoHandler(HttpServletRequest request) {
        try {
            ServletRequestPathUtils.parseAndCache(request);
            return handlers.getHandler(request) == null;
        } catch (ServletException _) {
            // The path is there, but not for this method or form: a 405 or 406 gives nothing away.
            return true;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    static GrantedAuthority authority(Scope scope) {
        return Objects.requireNonNull(OF_SCOPES.get(scope));
    }

    static GrantedAuthority authority(Role role) {
        return new SimpleGrantedAuthority(name(role));
    }

    /** What a person's session is worth. */
    static GrantedAuthority authority(ConsolePrincipal who) {
        Role role = who.role();
        return role == null
                ? new SimpleGrantedAuthority(TeamMembership.AUTHORITY)
                : authority(role);
    }

    /** The role among these authorities. */
    static Role role(Collection<? extends GrantedAuthority> authorities) {
        return Arrays.stream(Role.values())
                .filter(role -> authorities.contains(authority(role)))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("nobody gets in without a role"));
    }

    private static Rule rule(HttpMethod method, String path, Scope scope) {
        return new Rule(method, path, List.of(name(scope)), false);
    }

    private static Rule rule(HttpMethod method, String path, Role least) {
        List<String> roles =
                Arrays.stream(Role.values())
                        .filter(it -> it.includes(least))
                        .map(EndpointPermissions::name)
                        .toList();
        return new Rule(method, path, roles, false);
    }

    private static String name(Scope scope) {
        return "SCOPE_" + scope.text();
    }

    private static String name(Role role) {
        return "ROLE_" + role.name();
    }

    /**
     * A call, and the authorities of which it needs one: a scope, or the roles that are enough.
     *
     * @param forMembers whether members of teams get in too, whose own teams the page then sees to
     */
    private record Rule(HttpMethod method, String path, List<String> enough, boolean forMembers) {

        Rule orMember() {
            return new Rule(method, path, enough, true);
        }

        String[] authorities() {
            Stream<String> members =
                    forMembers ? Stream.of(TeamMembership.AUTHORITY) : Stream.empty();
            return Stream.concat(enough.stream(), members).toArray(String[]::new);
        }
    }
}
