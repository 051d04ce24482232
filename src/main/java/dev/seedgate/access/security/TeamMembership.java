package dev.seedgate.access.security;

import dev.seedgate.access.team.TeamDetails;
import java.util.List;
import java.util.Optional;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;

/**
 * Authority of a person who just signed in, has no role and is a member of these teams. Roles imply
 * each other; this one stands beside them.
 */
@SuppressWarnings("serial") // never is
record TeamMembership(List<TeamDetails> teams) implements GrantedAuthority {

    static final String AUTHORITY = "ROLE_MEMBER";

    @Override
    public String getAuthority() {
        return AUTHORITY;
    }

    static Optional<TeamMembership> of(Authentication caller) {
        return caller.getAuthorities().stream()
                .filter(TeamMembership.class::isInstance)
                .map(TeamMembership.class::cast)
                .findFirst();
    }
}
