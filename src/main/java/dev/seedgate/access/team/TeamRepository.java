package dev.seedgate.access.team;

import jakarta.persistence.LockModeType;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.Lock;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

/** The teams in the database. */
interface TeamRepository extends Repository<Team, Long> {

    Team saveAndFlush(Team team);

    Optional<Team> findBySlug(String slug);

    /** The team, locked for a change: changes of one team wait for each other. */
    @Lock(LockModeType.PESSIMISTIC_WRITE)
    @Query("select t from Team t where t.slug = :slug")
    Optional<Team> lockBySlug(String slug);

    List<Team> findByIdIn(Collection<Long> ids);

    List<Team> findBySlugIn(Collection<String> slugs);

    List<Team> findBySlugGreaterThanOrderBySlug(String slug, Limit limit);

    List<Team> findByIdInAndSlugGreaterThanOrderBySlug(
            Collection<Long> ids, String slug, Limit limit);
}
