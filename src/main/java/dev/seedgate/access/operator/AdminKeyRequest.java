package dev.seedgate.access.operator;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.seedgate.access.apikey.KeyExpiry;
import dev.seedgate.platform.web.api.SingleLine;
import jakarta.validation.constraints.Future;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Body of a new admin key. There is no default role: whoever makes a key decides. */
public record AdminKeyRequest(
        @NotBlank @SingleLine @Size(max = 200) String name,
        @NotNull Role role,
        @JsonProperty("expires_at") @Future @Nullable Instant expiresAt) {

    /** The key that is wished for. */
    public NewAdminKey key() {
        return new NewAdminKey(name, role, KeyExpiry.checked(expiresAt));
    }
}
