package dev.seedgate.access.security;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.seedgate.access.operator.AdminKeyAuthenticator;
import dev.seedgate.access.operator.Role;
import dev.seedgate.platform.web.api.AuthFailureThrottle;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.LockedException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.web.authentication.WebAuthenticationDetails;
import org.springframework.stereotype.Component;

/**
 * Signs in who knows the bootstrap admin key, or a named one with its role. A source that is wrong
 * too often is told to wait; a right key passes always, as it does at the APIs: whoever shares an
 * address with a stranger is not kept out by him, and what has 16 characters or more is not
 * guessed.
 */
@Component
class BootstrapKeyAuthenticationProvider implements AuthenticationProvider {

    // About 100 bytes each.
    private static final int SOURCES = 10_000;

    private final BootstrapAdminKey bootstrap;
    private final AdminKeyAuthenticator callers;
    private final AccessSettings settings;
    private final Cache<String, AtomicInteger> failures;

    BootstrapKeyAuthenticationProvider(
            BootstrapAdminKey bootstrap, AdminKeyAuthenticator callers, AccessSettings settings) {
        this.bootstrap = bootstrap;
        this.callers = callers;
        this.settings = settings;
        failures =
                Caffeine.newBuilder()
                        .maximumSize(SOURCES)
                        .expireAfterWrite(settings.signInLockout())
                        .build();
    }

    @Override
    public Authentication authenticate(Authentication attempt) {
        String source =
                attempt.getDetails() instanceof WebAuthenticationDetails from
                        ? AuthFailureThrottle.source(String.valueOf(from.getRemoteAddress()))
                        : "";
        Authentication known =
                known(String.valueOf(attempt.getCredentials())).orElseThrow(() -> refused(source));
        failures.invalidate(source);
        return known;
    }

    private Optional<Authentication> known(String key) {
        if (bootstrap.is(key)) {
            return Optional.of(
                    UsernamePasswordAuthenticationToken.authenticated(
                            "admin", null, List.of(EndpointPermissions.authority(Role.ADMIN))));
        }
        return callers.authenticate(key)
                .map(named ->
                        UsernamePasswordAuthenticationToken.authenticated(
                                named, null, List.of(EndpointPermissions.authority(named.role()))));
    }

    private AuthenticationException refused(String source) {
        int tries = failures.get(source, _ -> new AtomicInteger()).incrementAndGet();
        return tries > settings.signInAttempts()
                ? new LockedException("too many failed sign-ins")
                : new BadCredentialsException("not an admin key");
    }

    @Override
    public boolean supports(Class<?> authentication) {
        return UsernamePasswordAuthenticationToken.class.isAssignableFrom(authentication);
    }
}
