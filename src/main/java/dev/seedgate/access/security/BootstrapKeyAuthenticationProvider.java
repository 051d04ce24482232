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
 * Authentication provider of the console's sign-in form: takes the bootstrap admin key, or a named
 * one with its role. An address that sends too many wrong keys is told to wait. A right key passes
 * even then, as at the APIs, so that nobody is locked out by others behind the same address; keys
 * of 16 characters or more can't be guessed.
 */
@Component
class BootstrapKeyAuthenticationProvider implements AuthenticationProvider {

    // Addresses that are remembered, of about 100 bytes each.
    private static final int SOURCES = 10_000;

    private final BootstrapAdminKey bootstrap;
    private final AdminKeyAuthenticator authenticator;
    private final AccessSettings settings;
    private final Cache<String, AtomicInteger> failures;

    BootstrapKeyAuthenticationProvider(
            BootstrapAdminKey bootstrap,
            AdminKeyAuthenticator authenticator,
            AccessSettings settings) {
        this.bootstrap = bootstrap;
        this.authenticator = authenticator;
        this.settings = settings;
        failures =
                Caffeine.newBuilder()
                        .maximumSize(SOURCES)
                        .expireAfterWrite(settings.signInLockout())
                        .build();
    }

    @Override
    public Authentication authenticate(Authentication attempt) {
        String clientKey =
                attempt.getDetails() instanceof WebAuthenticationDetails from
                        ? AuthFailureThrottle.clientKey(String.valueOf(from.getRemoteAddress()))
                        : "";
        Authentication known =
                known(String.valueOf(attempt.getCredentials()))
                        .orElseThrow(() -> refused(clientKey));
        failures.invalidate(clientKey);
        return known;
    }

    private Optional<Authentication> known(String key) {
        if (bootstrap.matches(key)) {
            return Optional.of(
                    UsernamePasswordAuthenticationToken.authenticated(
                            "admin", null, List.of(EndpointPermissions.authority(Role.ADMIN))));
        }
        return authenticator
                .authenticate(key)
                .map(named ->
                        UsernamePasswordAuthenticationToken.authenticated(
                                named, null, List.of(EndpointPermissions.authority(named.role()))));
    }

    private AuthenticationException refused(String clientKey) {
        int tries = failures.get(clientKey, _ -> new AtomicInteger()).incrementAndGet();
        return tries > settings.signInAttempts()
                ? new LockedException("too many failed sign-ins")
                : new BadCredentialsException("not an admin key");
    }

    @Override
    public boolean supports(Class<?> authentication) {
        return UsernamePasswordAuthenticationToken.class.isAssignableFrom(authentication);
    }
}
