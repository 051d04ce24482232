package dev.seedgate.access.team;

import dev.seedgate.access.apikey.ApiKeyCacheVersion;
import dev.seedgate.platform.audit.AuditLog;
import dev.seedgate.platform.audit.Change;
import dev.seedgate.platform.values.Actor;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.Page;
import dev.seedgate.platform.web.api.IfMatch;
import java.time.Clock;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Service of teams: create, change, suspend, archive. An unknown slug is {@code TEAM_NOT_FOUND}.
 */
@Service
public class Teams {

    private final TeamRepository teams;
    private final ApiKeyCacheVersion cacheVersion;
    private final ApplicationEventPublisher events;
    private final AuditLog audit;
    private final Clock clock;

    Teams(
            TeamRepository teams,
            ApiKeyCacheVersion cacheVersion,
            ApplicationEventPublisher events,
            AuditLog audit,
            Clock clock) {
        this.teams = teams;
        this.cacheVersion = cacheVersion;
        this.events = events;
        this.audit = audit;
        this.clock = clock;
    }

    /** Makes a team and its account; a slug that is taken is {@code TEAM_EXISTS}. */
    @Transactional
    public TeamDetails create(String slug, TeamSpec settings, Actor actor) {
        if (teams.findBySlug(slug).isPresent()) {
            throw exists(slug);
        }
        TeamDetails made = store(slug, settings).details();
        audit.record(new Change("team.create", "team:" + slug, null, made, null), actor);
        return made;
    }

    @Transactional(readOnly = true)
    public TeamDetails get(String slug) {
        return get(slug, TeamScope.ALL);
    }

    /** The same for somebody who may not see all: another's is as unknown as none. */
    @Transactional(readOnly = true)
    public TeamDetails get(String slug, TeamScope scope) {
        TeamDetails team = find(slug).details();
        if (!scope.includes(team.id())) {
            throw unknown(slug);
        }
        return team;
    }

    /** These teams by their slugs, in their order; one that is unknown is left out. */
    @Transactional(readOnly = true)
    public List<TeamDetails> bySlugs(Collection<String> slugs) {
        return teams.findBySlugIn(slugs).stream()
                .map(Team::details)
                .sorted(Comparator.comparing(TeamDetails::slug))
                .toList();
    }

    /** These teams by their numbers; one that is unknown is left out. */
    @Transactional(readOnly = true)
    public Map<Long, TeamDetails> byIds(Collection<Long> ids) {
        return teams.findByIdIn(ids).stream()
                .map(Team::details)
                .collect(Collectors.toMap(TeamDetails::id, it -> it));
    }

    /** Teams by slug, from after {@code cursor} on. */
    @Transactional(readOnly = true)
    public Page<TeamDetails> list(TeamScope scope, @Nullable String cursor, int limit) {
        String after = cursor == null ? "" : cursor;
        Set<Long> only = scope.only();
        List<TeamDetails> found =
                (only == null
                                ? teams.findAfter(after, limit + 1)
                                : teams.findAfter(after, only, limit + 1))
                        .stream().map(Team::details).toList();
        return Page.of(found, limit, TeamDetails::slug);
    }

    /**
     * Sets name and limits; the slug stays. Counts at once.
     *
     * @param change makes the new settings out of the present ones
     */
    @Transactional
    public TeamDetails change(
            String slug, UnaryOperator<TeamSpec> change, IfMatch version, Actor actor) {
        return change("team.change", slug, team -> team.change(change), version, null, actor);
    }

    /** Refuses creates from now on; status and settlement go on, queued tasks wait. */
    @Transactional
    public TeamDetails suspend(String slug, IfMatch version, @Nullable String reason, Actor actor) {
        return change("team.suspend", slug, Team::suspend, version, reason, actor);
    }

    @Transactional
    public TeamDetails resume(String slug, IfMatch version, @Nullable String reason, Actor actor) {
        return change("team.resume", slug, Team::resume, version, reason, actor);
    }

    /** Ends a team for good: no more creates, its keys are dead; what it has running goes on. */
    @Transactional
    public TeamDetails archive(String slug, IfMatch version, @Nullable String reason, Actor actor) {
        return change(
                "team.archive",
                slug,
                team -> team.archive(clock.instant()),
                version,
                reason,
                actor);
    }

    private TeamDetails change(
            String action,
            String slug,
            Consumer<Team> verb,
            IfMatch version,
            @Nullable String reason,
            Actor actor) {
        Team team = teams.lockBySlug(slug).orElseThrow(() -> unknown(slug));
        TeamDetails before = team.details();
        version.check(before.version());
        verb.accept(team);
        TeamDetails after = teams.saveAndFlush(team).details();
        cacheVersion.advance();
        audit.record(new Change(action, "team:" + slug, before, after, reason), actor);
        return after;
    }

    Team find(String slug) {
        return teams.findBySlug(slug).orElseThrow(() -> unknown(slug));
    }

    Team findOrCreate(String slug, TeamSpec settings) {
        return teams.findBySlug(slug).orElseGet(() -> store(slug, settings));
    }

    private Team store(String slug, TeamSpec settings) {
        try {
            Team team = teams.saveAndFlush(new Team(slug, settings, clock.instant()));
            events.publishEvent(new TeamCreated(team.id()));
            return team;
        } catch (DataIntegrityViolationException e) {
            throw exists(slug);
        }
    }

    private static ApiException unknown(String slug) {
        return new ApiException(ErrorCode.TEAM_NOT_FOUND, "There is no team " + slug + ".");
    }

    private static ApiException exists(String slug) {
        return new ApiException(
                ErrorCode.TEAM_EXISTS,
                "There is a team " + slug + " already; choose another slug.");
    }
}
