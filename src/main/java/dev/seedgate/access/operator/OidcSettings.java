package dev.seedgate.access.operator;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * The company's OpenID Connect provider; without an issuer there is none.
 *
 * @param oidcIssuer where its {@code /.well-known/openid-configuration} is
 * @param oidcClientSecret null for a public client
 * @param oidcClientSecretFile a file that holds it instead, read again when it changes
 * @param oidcRetryInterval how long a provider that could not be asked what it is like is left
 *     alone: nobody notices ten seconds of an outage, and strangers can't have it asked without end
 * @param oidcTokenRequestsPerMinute sign-ins that a replica asks the provider about; a company's
 *     people all at once are less, and a provider is asked far more by its other clients
 * @param oidcRolesClaim where the roles are; for one inside another, with a dot between
 * @param oidcViewerRoles what the provider calls our roles
 * @param oidcTeamsClaim where the slugs of the teams are that somebody is a member of; null: nobody
 *     is
 * @param oidcTeamsPerPerson names in that claim that are looked up, and so teams of a session; as
 *     many groups as Entra ID writes into a token at most
 */
@Validated
@ConfigurationProperties("seedgate")
public record OidcSettings(
        @Nullable URI oidcIssuer,
        @Nullable String oidcClientId,
        @Nullable String oidcClientSecret,
        @Nullable Path oidcClientSecretFile,
        @DefaultValue({"openid", "profile", "email"}) Set<String> oidcScopes,
        @DefaultValue("10s") @DurationMin(millis = 1) @DurationMax(hours = 1)
                Duration oidcRetryInterval,
        @DefaultValue("120") @Min(1) @Max(100_000) int oidcTokenRequestsPerMinute,
        @DefaultValue("roles") String oidcRolesClaim,
        @DefaultValue("viewer") List<String> oidcViewerRoles,
        @DefaultValue("operator") List<String> oidcOperatorRoles,
        @DefaultValue("admin") List<String> oidcAdminRoles,
        @Nullable String oidcTeamsClaim,
        @DefaultValue("200") @Min(1) @Max(1000) int oidcTeamsPerPerson) {

    /** Whether people can sign in this way. */
    public boolean enabled() {
        return oidcIssuer != null && !oidcIssuer.toString().isBlank();
    }

    /** The highest of our roles that somebody with these roles of the provider's has. */
    public Optional<Role> role(Collection<String> theirs) {
        return Stream.of(Role.values())
                .filter(role -> names(role).stream().anyMatch(theirs::contains))
                .max(Comparator.naturalOrder());
    }

    private List<String> names(Role role) {
        return switch (role) {
            case VIEWER -> oidcViewerRoles;
            case OPERATOR -> oidcOperatorRoles;
            case ADMIN -> oidcAdminRoles;
        };
    }

    /** Without the secret, wherever it is printed. */
    @Override
    public String toString() {
        return "OidcSettings[" + oidcIssuer + "]";
    }
}
