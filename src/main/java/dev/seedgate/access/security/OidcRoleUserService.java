package dev.seedgate.access.security;

import dev.seedgate.access.operator.OidcSettings;
import dev.seedgate.access.team.TeamDetails;
import dev.seedgate.access.team.Teams;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.oauth2.client.oidc.userinfo.OidcUserRequest;
import org.springframework.security.oauth2.client.oidc.userinfo.OidcUserService;
import org.springframework.security.oauth2.client.userinfo.OAuth2UserService;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.oidc.StandardClaimNames;
import org.springframework.security.oauth2.core.oidc.user.DefaultOidcUser;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;

/**
 * User service of the OpenID Connect sign-in: maps a person's claims to a role, or else to the
 * teams that they are a member of; with neither they are refused.
 */
class OidcRoleUserService implements OAuth2UserService<OidcUserRequest, OidcUser> {

    private static final Logger log = LoggerFactory.getLogger(OidcRoleUserService.class);

    /** Error code for a person who is known to the provider and has neither role nor team here. */
    static final String NO_ROLE = "no_role";

    private final OidcUserService provider = new OidcUserService();
    private final OidcSettings settings;
    private final Teams teams;

    OidcRoleUserService(OidcSettings settings, Teams teams) {
        this.settings = settings;
        this.teams = teams;
    }

    @Override
    public OidcUser loadUser(OidcUserRequest request) {
        OidcUser person = provider.loadUser(request);
        GrantedAuthority authority =
                settings.role(values(person.getClaims(), settings.oidcRolesClaim()))
                        .map(EndpointPermissions::authority)
                        .or(() -> membership(person.getClaims()))
                        .orElseThrow(() -> new OAuth2AuthenticationException(NO_ROLE));
        // An address that nobody verified may be another's.
        boolean verified = Boolean.TRUE.equals(person.getEmailVerified());
        return new DefaultOidcUser(
                List.of(authority),
                request.getIdToken(),
                person.getUserInfo(),
                verified && person.getEmail() != null
                        ? StandardClaimNames.EMAIL
                        : StandardClaimNames.SUB);
    }

    /** An archived team counts: its members read its history. */
    private Optional<GrantedAuthority> membership(Map<String, Object> claims) {
        String claim = settings.oidcTeamsClaim();
        if (claim == null || claim.isBlank()) {
            return Optional.empty();
        }
        List<String> named = values(claims, claim);
        int most = settings.oidcTeamsPerPerson();
        if (named.size() > most) {
            log.warn(
                    "A claim {} names {} teams, of which the first {} are looked up: SEEDGATE_OIDC_TEAMS_PER_PERSON",
                    claim,
                    named.size(),
                    most);
        }
        List<TeamDetails> found = teams.bySlugs(named.stream().limit(most).toList());
        return found.isEmpty() ? Optional.empty() : Optional.of(new TeamMembership(found));
    }

    /** The words of a claim that is a list, or one text. */
    private static List<String> values(Map<String, Object> claims, String name) {
        return switch (find(claims, name)) {
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
