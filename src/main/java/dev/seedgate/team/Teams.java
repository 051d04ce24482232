package dev.seedgate.team;

import dev.seedgate.shared.ErrorCode;
import dev.seedgate.shared.GatewayException;
import dev.seedgate.shared.Page;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.data.domain.Limit;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The teams and the verbs on them. An unknown slug is {@code TEAM_NOT_FOUND}. */
@Service
public class Teams {

    private final TeamRepository teams;
    private final KeyRevision revision;
    private final ApplicationEventPublisher events;
    private final Clock clock;

    Teams(
            TeamRepository teams,
            KeyRevision revision,
            ApplicationEventPublisher events,
            Clock clock) {
        this.teams = teams;
        this.revision = revision;
        this.events = events;
        this.clock = clock;
    }

    /** Makes a team and its account; a slug that is taken is {@code TEAM_EXISTS}. */
    @Transactional
    public TeamDetails create(NewTeam request) {
        if (teams.findBySlug(request.slug()).isPresent()) {
            throw exists(request.slug());
        }
        return store(request).details();
    }

    @Transactional(readOnly = true)
    public TeamDetails get(String slug) {
        return find(slug).details();
    }

    /** Teams by slug, from after {@code cursor} on. */
    @Transactional(readOnly = true)
    public Page<TeamDetails> list(@Nullable String cursor, int limit) {
        String after = cursor == null ? "" : cursor;
        List<TeamDetails> found =
                teams.findBySlugGreaterThanOrderBySlug(after, Limit.of(limit + 1)).stream()
                        .map(Team::details)
                        .toList();
        if (found.size() <= limit) {
            return new Page<>(found, null);
        }
        return new Page<>(found.subList(0, limit), found.get(limit - 1).slug());
    }

    /** Refuses creates from now on; status and settlement go on, queued tasks wait. */
    @Transactional
    public TeamDetails suspend(String slug) {
        Team team = find(slug);
        team.suspend();
        return changed(team);
    }

    @Transactional
    public TeamDetails resume(String slug) {
        Team team = find(slug);
        team.resume();
        return changed(team);
    }

    private TeamDetails changed(Team team) {
        TeamDetails details = teams.saveAndFlush(team).details();
        revision.advance();
        return details;
    }

    Team find(String slug) {
        return teams.findBySlug(slug)
                .orElseThrow(() ->
                        new GatewayException(
                                ErrorCode.TEAM_NOT_FOUND, "There is no team " + slug + "."));
    }

    Team findOrCreate(NewTeam request) {
        return teams.findBySlug(request.slug()).orElseGet(() -> store(request));
    }

    private Team store(NewTeam request) {
        try {
            Team team = teams.saveAndFlush(new Team(request, clock.instant()));
            events.publishEvent(new TeamCreated(team.id()));
            return team;
        } catch (DataIntegrityViolationException e) {
            throw exists(request.slug());
        }
    }

    private static GatewayException exists(String slug) {
        return new GatewayException(
                ErrorCode.TEAM_EXISTS,
                "There is a team " + slug + " already; choose another slug.");
    }
}
