package dev.seedgate.task.view;

import dev.seedgate.access.team.TeamScope;
import dev.seedgate.task.lifecycle.Phase;
import java.time.OffsetDateTime;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A filter for tasks; null means any.
 *
 * @param scope the teams whose tasks it may find; there is no any
 * @param team the id, not the slug, of the only team that is meant: it is what the indexes begin
 *     with
 * @param phases any of these
 * @param from made at or after
 * @param to made before
 * @param key the id of the key that it was ordered with
 * @param words what the prompt has, in upper or lower case
 */
public record TaskFilter(
        TeamScope scope,
        @Nullable Long team,
        Set<Phase> phases,
        @Nullable String project,
        @Nullable String upstreamTaskId,
        @Nullable OffsetDateTime from,
        @Nullable OffsetDateTime to,
        @Nullable Long key,
        @Nullable String words) {

    TaskFilter of(long onlyTeam) {
        return new TaskFilter(
                scope, onlyTeam, phases, project, upstreamTaskId, from, to, key, words);
    }

    /** Whether no task can fit: wishes that contradict, or a team that is out of its scope. */
    boolean findsNothing() {
        Set<Long> only = scope.only();
        return phases.isEmpty()
                || (only != null && only.isEmpty())
                || (team != null && !scope.includes(team));
    }

    /** The ids of the teams that are meant, none of which may be left out; null for any. */
    @Nullable Set<Long> teams() {
        return team == null ? scope.only() : Set.of(team);
    }
}
