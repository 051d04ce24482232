package dev.seedgate.access.security;

import dev.seedgate.access.operator.OidcSettings;
import dev.seedgate.access.operator.Role;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.oidc.userinfo.OidcUserRequest;
import org.springframework.security.oauth2.client.oidc.userinfo.OidcUserService;
import org.springframework.security.oauth2.client.userinfo.OAuth2UserService;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.oidc.StandardClaimNames;
import org.springframework.security.oauth2.core.oidc.user.DefaultOidcUser;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;

/**
 * User service of the OpenID Connect sign-in: maps a person's claims to a role; without one they
 * are refused.
 */
class OidcRoleUserService implements OAuth2UserService<OidcUserRequest, OidcUser> {

    /** Error code for a person who is known to the provider and has no role here. */
    static final String NO_ROLE = "no_role";

    private final OidcUserService provider = new OidcUserService();
    private final OidcSettings settings;

    OidcRoleUserService(OidcSettings settings) {
        this.settings = settings;
    }

    @Override
    public OidcUser loadUser(OidcUserRequest request) {
        OidcUser person = provider.loadUser(request);
        Role role =
                settings.role(roles(person.getClaims()))
                        .orElseThrow(() -> new OAuth2AuthenticationException(NO_ROLE));
        // An address that nobody verified may be another's.
        boolean verified = Boolean.TRUE.equals(person.getEmailVerified());
        return new DefaultOidcUser(
                List.of(EndpointPermissions.authority(role)),
                request.getIdToken(),
                person.getUserInfo(),
                verified && person.getEmail() != null
                        ? StandardClaimNames.EMAIL
                        : StandardClaimNames.SUB);
    }

    private List<String> roles(Map<String, Object> claims) {
        return switch (find(claims, settings.oidcRolesClaim())) {
            case Collection<?> many -> many.stream().map(Objects::toString).toList();
            case String one -> List.of(one.split(" "));
            case null, default -> List.of();
        };
    }

    /** A claim by its name; else, as in {@code realm_access.roles}, one inside another. */
    private static @Nullable Object find(Map<?, ?> claims, String name) {
        int dot = name.indexOf('.');
        if (claims.containsKey(name) || dot < 0) {
            return claims.get(name);
        }
        return claims.get(name.substring(0, dot)) instanceof Map<?, ?> inner
                ? find(inner, name.substring(dot + 1))
                : null;
    }
}
