package dev.seedgate.access.team;

import dev.seedgate.access.apikey.ApiKeyCacheVersion;
import dev.seedgate.access.apikey.ApiKeyFormat;
import dev.seedgate.platform.audit.AuditLog;
import dev.seedgate.platform.audit.Change;
import dev.seedgate.platform.values.Actor;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.Page;
import dev.seedgate.platform.values.Sha256;
import dev.seedgate.platform.web.api.IfMatch;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The teams' keys and the verbs on them. An unknown one is {@code KEY_NOT_FOUND}. */
@Service
public class ApiKeys {

    private final ApiKeyRepository keys;
    private final Teams teams;
    private final ApiKeyCacheVersion revision;
    private final AuditLog audit;
    private final Clock clock;

    ApiKeys(
            ApiKeyRepository keys,
            Teams teams,
            ApiKeyCacheVersion revision,
            AuditLog audit,
            Clock clock) {
        this.keys = keys;
        this.teams = teams;
        this.revision = revision;
        this.audit = audit;
        this.clock = clock;
    }

    /**
     * Makes a key. It works at once on every replica, because a key nobody remembers is looked up.
     * An archived team gets none.
     */
    @Transactional
    public IssuedKey issue(String slug, NewKey request, Actor actor) {
        Team team = living(slug);
        IssuedKey key = issue(team, request, null);
        write("key.issue", slug, null, key.details(), null, actor);
        return key;
    }

    /** Makes a key with the same rights; the old one ends after the overlap, if not before. */
    @Transactional
    public IssuedKey rotate(
            String slug,
            long id,
            Duration overlap,
            IfMatch version,
            @Nullable String reason,
            Actor actor) {
        Team team = living(slug);
        ApiKey old = lock(slug, id);
        KeyDetails before = old.details();
        version.check(before.version());
        if (before.suspended()) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST,
                    "Key "
                            + id
                            + " is suspended, which its successor would not be: resume it first.");
        }
        // When a key ends is decided by the database's clock, so it is set by it too.
        Instant now = keys.now();
        if (old.isDead(now)) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST,
                    "Key " + id + " has ended; make a new one instead of rotating it.");
        }
        NewKey successor = old.successor();
        old.rotate(now, overlap);
        KeyDetails after = changed(old);
        IssuedKey key = issue(team, successor, old.origin());
        write("key.rotate", slug, before, after, reason, actor);
        write("key.issue", slug, null, key.details(), reason, actor);
        return key;
    }

    /** A team's keys by id, from after {@code cursor} on. */
    @Transactional(readOnly = true)
    public Page<KeyDetails> list(String slug, @Nullable Long cursor, int limit) {
        teams.find(slug);
        List<KeyDetails> found =
                keys
                        .findByTeamSlugAndIdGreaterThanOrderById(
                                slug, cursor == null ? 0 : cursor, Limit.of(limit + 1))
                        .stream()
                        .map(ApiKey::details)
                        .toList();
        return Page.of(found, limit, KeyDetails::id);
    }

    /** Ends a key for good, on every replica within about a second. */
    @Transactional
    public void revoke(String slug, long id, IfMatch version, Actor actor) {
        change("key.revoke", slug, id, key -> key.revoke(clock.instant()), version, null, actor);
    }

    /** Refuses every call with this key until it is resumed. */
    @Transactional
    public KeyDetails suspend(
            String slug, long id, IfMatch version, @Nullable String reason, Actor actor) {
        return change("key.suspend", slug, id, ApiKey::suspend, version, reason, actor);
    }

    @Transactional
    public KeyDetails resume(
            String slug, long id, IfMatch version, @Nullable String reason, Actor actor) {
        return change("key.resume", slug, id, ApiKey::resume, version, reason, actor);
    }

    private Team living(String slug) {
        Team team = teams.find(slug);
        if (team.details().archivedAt() != null) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST,
                    "Team " + slug + " is archived; make the key for another team.");
        }
        return team;
    }

    private KeyDetails change(
            String action,
            String slug,
            long id,
            Consumer<ApiKey> verb,
            IfMatch version,
            @Nullable String reason,
            Actor actor) {
        teams.find(slug);
        ApiKey key = lock(slug, id);
        KeyDetails before = key.details();
        version.check(before.version());
        verb.accept(key);
        KeyDetails after = changed(key);
        write(action, slug, before, after, reason, actor);
        return after;
    }

    private ApiKey lock(String slug, long id) {
        return keys.lock(slug, id)
                .orElseThrow(() ->
                        new ApiException(
                                ErrorCode.KEY_NOT_FOUND,
                                "Team " + slug + " has no key " + id + "."));
    }

    private KeyDetails changed(ApiKey key) {
        KeyDetails details = keys.saveAndFlush(key).details();
        revision.advance();
        return details;
    }

    private void write(
            String action,
            String slug,
            @Nullable KeyDetails before,
            KeyDetails after,
            @Nullable String reason,
            Actor actor) {
        audit.record(
                new Change(action, "team:" + slug + "/key:" + after.id(), before, after, reason),
                actor);
    }

    /**
     * Makes the team and the key unless they exist; one that is suspended, archived or revoked
     * stays as it is.
     *
     * @param apiKey the key's full text, as {@link ApiKeyFormat#TEAM} has it
     */
    @Transactional
    public void ensure(String slug, String name, String apiKey) {
        Team team =
                teams.findOrCreate(
                        new TeamSpec(slug, name, null, null, null, null, 1, false, null));
        if (!keys.existsByHash(Sha256.of(apiKey))) {
            store(team, new NewKey(name, EnumSet.allOf(Scope.class), null, null), apiKey, null);
        }
    }

    private IssuedKey issue(Team team, NewKey request, @Nullable Long origin) {
        String text = ApiKeyFormat.TEAM.generate();
        return new IssuedKey(store(team, request, text, origin), text);
    }

    private KeyDetails store(Team team, NewKey request, String text, @Nullable Long origin) {
        return keys.saveAndFlush(new ApiKey(team, request, text, origin, clock.instant()))
                .details();
    }
}
