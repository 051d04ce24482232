package dev.seedgate.access.security;

import dev.seedgate.access.operator.AuthenticatedAdmin;
import dev.seedgate.access.operator.ConsolePrincipal;
import dev.seedgate.access.operator.ConsoleSessionStore;
import dev.seedgate.access.operator.Role;
import dev.seedgate.access.team.TeamDetails;
import dev.seedgate.platform.values.Actor;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseCookie;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.DeferredSecurityContext;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.security.web.context.HttpRequestResponseHolder;
import org.springframework.security.web.context.SecurityContextRepository;
import org.springframework.stereotype.Component;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.web.util.WebUtils;

/** Repository of the console's security contexts: a cookie has the token of a stored session. */
@Component
class CookieSecurityContextRepository implements SecurityContextRepository {

    /** The prefix makes browsers refuse it from other hosts, other paths and without Secure. */
    static final String COOKIE = "__Host-seedgate";

    // A negative age: as long as the browser is open.
    private static final Duration WHILE_OPEN = Duration.ofSeconds(-1);

    // 32 bytes in base64, or 33 of a member's session.
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_-]{43,44}");

    private final ConsoleSessionStore sessions;
    private final BootstrapAdminKey bootstrap;
    private final SignInAudit signIns;

    CookieSecurityContextRepository(
            ConsoleSessionStore sessions, BootstrapAdminKey bootstrap, SignInAudit signIns) {
        this.sessions = sessions;
        this.bootstrap = bootstrap;
        this.signIns = signIns;
    }

    @Override
    public DeferredSecurityContext loadDeferredContext(HttpServletRequest request) {
        return new Loaded(SingletonSupplier.of(() -> load(request)));
    }

    @Override
    @Deprecated
    public SecurityContext loadContext(HttpRequestResponseHolder both) {
        return load(both.getRequest());
    }

    /** Called with the new context after a sign-in, and with an empty one to sign out. */
    @Override
    public void saveContext(
            SecurityContext context, HttpServletRequest request, HttpServletResponse response) {
        // Whatever token came with the request is worth nothing afterwards.
        token(request).ifPresent(sessions::close);
        Authentication caller = context.getAuthentication();
        if (caller != null) {
            signIns.signedIn(actor(caller, request.getRemoteAddr()), standing(caller));
        }
        String token = caller == null ? "" : open(caller);
        setCookie(response, COOKIE, token, token.isEmpty() ? Duration.ZERO : WHILE_OPEN);
    }

    @Override
    public boolean containsContext(HttpServletRequest request) {
        return token(request).isPresent();
    }

    /**
     * Sets one of the console's cookies, with the attributes that they all have; zero takes it
     * away. SameSite=Lax, not Strict: the browser comes back from the provider by a redirect of
     * another site.
     */
    static void setCookie(HttpServletResponse response, String name, String value, Duration age) {
        ResponseCookie cookie =
                ResponseCookie.from(name, value)
                        .secure(true)
                        .httpOnly(true)
                        .sameSite("Lax")
                        .path("/")
                        .maxAge(age)
                        .build();
        response.addHeader(HttpHeaders.SET_COOKIE, cookie.toString());
    }

    private SecurityContext load(HttpServletRequest request) {
        return token(request)
                .flatMap(token -> sessions.find(token, bootstrap.hash(), request.getRemoteAddr()))
                .<SecurityContext>map(it -> new SecurityContextImpl(authenticated(it)))
                .orElseGet(SecurityContextImpl::new);
    }

    private static Authentication authenticated(ConsolePrincipal who) {
        return UsernamePasswordAuthenticationToken.authenticated(
                who, null, List.of(EndpointPermissions.authority(who)));
    }

    /** What the audit log says that they are. */
    private static Map<String, Object> standing(Authentication caller) {
        return TeamMembership.of(caller)
                .map(it ->
                        Map.<String, Object>of(
                                "role",
                                ConsolePrincipal.MEMBER,
                                "teams",
                                it.teams().stream().map(TeamDetails::slug).toList()))
                .orElseGet(() ->
                        Map.of("role", EndpointPermissions.role(caller.getAuthorities()).text()));
    }

    /**
     * Opens a session of whoever signed in. A named key is the principal itself; of the others the
     * type of the authentication says whether it was the bootstrap key or the provider.
     */
    private String open(Authentication caller) {
        Optional<TeamMembership> member = TeamMembership.of(caller);
        if (member.isPresent()) {
            return sessions.openOfMember(
                    caller.getName(), member.get().teams().stream().map(TeamDetails::id).toList());
        }
        Role role = EndpointPermissions.role(caller.getAuthorities());
        if (caller.getPrincipal() instanceof AuthenticatedAdmin key) {
            return sessions.open(key);
        }
        return caller instanceof UsernamePasswordAuthenticationToken
                ? sessions.open(
                        caller.getName(), role, ConsolePrincipal.Method.PASSWORD, bootstrap.hash())
                : sessions.open(caller.getName(), role, ConsolePrincipal.Method.OIDC, null);
    }

    /** The actor under whose name the audit log has the sign-in and all changes. */
    private static Actor actor(Authentication caller, String address) {
        if (caller.getPrincipal() instanceof AuthenticatedAdmin key) {
            return key.actor(address);
        }
        String way = caller instanceof UsernamePasswordAuthenticationToken ? "password" : "oidc";
        return new Actor(way + ":" + caller.getName(), address);
    }

    private static Optional<String> token(HttpServletRequest request) {
        return Optional.ofNullable(WebUtils.getCookie(request, COOKIE))
                .map(jakarta.servlet.http.Cookie::getValue)
                // The database is not asked for what can't be a token.
                .filter(value -> TOKEN.matcher(value).matches());
    }

    private record Loaded(Supplier<SecurityContext> context) implements DeferredSecurityContext {

        @Override
        public SecurityContext get() {
            return context.get();
        }

        @Override
        public boolean isGenerated() {
            return get().getAuthentication() == null;
        }
    }
}
