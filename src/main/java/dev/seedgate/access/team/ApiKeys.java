package dev.seedgate.access.team;

import dev.seedgate.access.apikey.ApiKeyCacheVersion;
import dev.seedgate.access.apikey.ApiKeyFormat;
import dev.seedgate.access.apikey.IssuedKey;
import dev.seedgate.access.apikey.KeyLifecycle;
import dev.seedgate.access.apikey.KeySettings;
import dev.seedgate.platform.audit.AuditLog;
import dev.seedgate.platform.values.Actor;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.Page;
import dev.seedgate.platform.values.Sha256;
import dev.seedgate.platform.web.api.IfMatch;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Service of the teams' keys. An unknown one is {@code KEY_NOT_FOUND}. */
@Service
public class ApiKeys {

    private final ApiKeyRepository keys;
    private final Teams teams;
    private final KeyLifecycle<ApiKey, KeyDetails> lifecycle;
    private final KeySettings settings;
    private final Clock clock;

    ApiKeys(
            ApiKeyRepository keys,
            Teams teams,
            ApiKeyCacheVersion cacheVersion,
            AuditLog audit,
            KeySettings settings,
            Clock clock) {
        this.keys = keys;
        this.teams = teams;
        this.settings = settings;
        this.clock = clock;
        lifecycle = new KeyLifecycle<>(ApiKeyFormat.TEAM, "key", keys, cacheVersion, audit, clock);
    }

    /** Makes a key. An archived team gets none. */
    @Transactional
    public IssuedKey<KeyDetails> issue(String slug, NewKey request, Actor actor) {
        Team team = requireNotArchived(slug);
        return lifecycle.issue((text, now) -> new ApiKey(team, request, text, now), null, actor);
    }

    @Transactional
    public IssuedKey<KeyDetails> rotate(
            String slug,
            long id,
            Duration overlap,
            IfMatch version,
            @Nullable String reason,
            Actor actor) {
        requireNotArchived(slug);
        ApiKey old = lock(slug, id);
        return lifecycle.rotate(old, old::successor, overlap, version, reason, actor);
    }

    /** Refuses one more key to a member of a team that has as many as its members may make. */
    @Transactional(readOnly = true)
    public void checkRoomForMember(String slug) {
        if (keys.countNotEnded(slug, clock.instant()) >= settings.keysPerTeam()) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST,
                    "Team %s has %d keys; revoke one that nobody needs, or ask an admin for another."
                            .formatted(slug, settings.keysPerTeam()));
        }
    }

    /** A team's keys by id, from after {@code cursor} on. */
    @Transactional(readOnly = true)
    public Page<KeyDetails> list(String slug, @Nullable Long cursor, int limit) {
        teams.find(slug);
        List<KeyDetails> found =
                keys.findAfter(slug, cursor == null ? 0 : cursor, limit + 1).stream()
                        .map(ApiKey::details)
                        .toList();
        return Page.of(found, limit, it -> it.key().id());
    }

    /** The callers that may order for a team now: one for each of its keys that can. */
    @Transactional(readOnly = true)
    public List<AuthenticatedTeam> callers(String slug) {
        return keys.findAlive(slug, clock.instant()).stream()
                .map(ApiKey::caller)
                .filter(it -> it.scopes().contains(Scope.GENERATE))
                .toList();
    }

    @Transactional
    public void revoke(String slug, long id, IfMatch version, Actor actor) {
        lifecycle.revoke(find(slug, id), version, actor);
    }

    /** Refuses every call with this key until it is resumed. */
    @Transactional
    public KeyDetails suspend(
            String slug, long id, IfMatch version, @Nullable String reason, Actor actor) {
        return lifecycle.change("suspend", find(slug, id), ApiKey::suspend, version, reason, actor);
    }

    @Transactional
    public KeyDetails resume(
            String slug, long id, IfMatch version, @Nullable String reason, Actor actor) {
        return lifecycle.change("resume", find(slug, id), ApiKey::resume, version, reason, actor);
    }

    private Team requireNotArchived(String slug) {
        Team team = teams.find(slug);
        if (team.details().archivedAt() != null) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST,
                    "Team " + slug + " is archived; make the key for another team.");
        }
        return team;
    }

    private ApiKey find(String slug, long id) {
        teams.find(slug);
        return lock(slug, id);
    }

    private ApiKey lock(String slug, long id) {
        return keys.lock(slug, id)
                .orElseThrow(() ->
                        new ApiException(
                                ErrorCode.KEY_NOT_FOUND,
                                "Team " + slug + " has no key " + id + "."));
    }

    /**
     * Makes the team and the key unless they exist; one that is suspended, archived or revoked
     * stays as it is.
     *
     * @param apiKey the key's full text, as {@link ApiKeyFormat#TEAM} has it
     */
    @Transactional
    public void ensure(String slug, String name, String apiKey) {
        Team team = teams.findOrCreate(slug, TeamSpec.unlimited(name));
        if (!keys.existsByHash(Sha256.of(apiKey))) {
            NewKey key = new NewKey(name, EnumSet.allOf(Scope.class), null, null);
            keys.saveAndFlush(new ApiKey(team, key, apiKey, clock.instant()));
        }
    }
}
