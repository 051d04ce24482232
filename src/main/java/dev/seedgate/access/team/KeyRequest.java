package dev.seedgate.access.team;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.seedgate.access.apikey.KeyExpiry;
import dev.seedgate.platform.values.ProjectName;
import dev.seedgate.platform.web.api.SingleLine;
import jakarta.validation.constraints.Future;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Request for a key, as a client sends it; absent scopes mean both. */
public record KeyRequest(
        @NotBlank @SingleLine @Size(max = 200) String name,
        @Size(min = 1) @Nullable Set<Scope> scopes,
        @JsonProperty("expires_at") @Future @Nullable Instant expiresAt,
        @Pattern(regexp = ProjectName.FORM, message = "must be " + ProjectName.RULE)
                @Nullable String project) {

    public NewKey key() {
        return new NewKey(
                name,
                scopes == null ? EnumSet.allOf(Scope.class) : scopes,
                KeyExpiry.checked(expiresAt),
                project);
    }
}
