package dev.seedgate.access.team;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.seedgate.access.apikey.KeyState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A team's key as admins see it and the audit log keeps it.
 *
 * @param project default project of requests that name none
 */
public record KeyDetails(
        @JsonUnwrapped KeyState key,
        List<Scope> scopes,
        @Nullable String project,
        boolean suspended) {}
