package dev.seedgate.access.team;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.springframework.data.jpa.repository.NativeQuery;
import org.springframework.data.repository.Repository;

/** The teams in the database. */
interface TeamRepository extends Repository<Team, Long> {

    Team saveAndFlush(Team team);

    @NativeQuery("select * from team where slug = :slug")
    Optional<Team> findBySlug(String slug);

    /** The team, locked for a change: changes of one team wait for each other. */
    @NativeQuery("select * from team where slug = :slug for no key update")
    Optional<Team> lockBySlug(String slug);

    @NativeQuery("select * from team where id in (:ids)")
    List<Team> findByIdIn(Collection<Long> ids);

    @NativeQuery("select * from team where slug in (:slugs)")
    List<Team> findBySlugIn(Collection<String> slugs);

    @NativeQuery("select * from team where slug > :slug order by slug limit :most")
    List<Team> findAfter(String slug, int most);

    @NativeQuery("select * from team where id in (:ids) and slug > :slug order by slug limit :most")
    List<Team> findAfter(String slug, Collection<Long> ids, int most);
}
