package dev.seedgate.team;

import java.util.List;
import java.util.Optional;
import org.springframework.data.domain.Limit;
import org.springframework.data.repository.Repository;

interface TeamRepository extends Repository<Team, Long> {

    Team saveAndFlush(Team team);

    Optional<Team> findBySlug(String slug);

    List<Team> findBySlugGreaterThanOrderBySlug(String slug, Limit limit);
}
