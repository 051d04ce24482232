package dev.seedgate.access.team;

import dev.seedgate.platform.values.Actor;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Caller of the team API: a good key and its team, as they were when the key was last looked up (at
 * most a second ago).
 *
 * @param costCenter the team's, frozen into each entry it causes
 * @param project the key's default project, used when a request names none
 * @param keySuspended whether every call with this key is refused
 */
public record AuthenticatedTeam(
        long teamId,
        String teamSlug,
        @Nullable String costCenter,
        long keyId,
        String keyName,
        Set<Scope> scopes,
        @Nullable String project,
        boolean keySuspended) {

    public Actor actor() {
        return new Actor("key:" + keyId);
    }
}
