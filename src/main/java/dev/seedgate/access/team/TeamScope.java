package dev.seedgate.access.team;

import java.util.Collection;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The teams that somebody may see: all, or these alone. Whatever is read for a person asks it, so
 * that another team's things are as unknown to them as those that never were.
 *
 * @param only ids of the teams; null for all
 */
public record TeamScope(@Nullable Set<Long> only) {

    /** What admins of any role see. */
    public static final TeamScope ALL = new TeamScope(null);

    /** These teams and no other; without any, none. */
    public static TeamScope of(Collection<Long> ids) {
        return new TeamScope(Set.copyOf(ids));
    }

    public boolean isAll() {
        return only == null;
    }

    /** Whether the team with this id is one of them. */
    public boolean includes(long team) {
        return only == null || only.contains(team);
    }
}
