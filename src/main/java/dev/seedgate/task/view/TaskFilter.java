package dev.seedgate.task.view;

import dev.seedgate.task.lifecycle.Phase;
import java.time.OffsetDateTime;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A filter for tasks; null means any.
 *
 * @param team its id, not its slug: it is what the indexes begin with
 * @param phases any of these
 * @param from made at or after
 * @param to made before
 * @param key the id of the key that it was ordered with
 * @param words what the prompt has, in upper or lower case
 */
public record TaskFilter(
        @Nullable Long team,
        Set<Phase> phases,
        @Nullable String project,
        @Nullable String upstreamTaskId,
        @Nullable OffsetDateTime from,
        @Nullable OffsetDateTime to,
        @Nullable Long key,
        @Nullable String words) {

    TaskFilter of(long onlyTeam) {
        return new TaskFilter(onlyTeam, phases, project, upstreamTaskId, from, to, key, words);
    }
}
