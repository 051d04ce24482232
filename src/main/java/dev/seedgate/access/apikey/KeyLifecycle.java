package dev.seedgate.access.apikey;

import dev.seedgate.platform.audit.AuditLog;
import dev.seedgate.platform.audit.Change;
import dev.seedgate.platform.values.Actor;
import dev.seedgate.platform.web.api.IfMatch;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Lifecycle of the keys of one kind: issued, rotated, revoked and what else its kind allows. Each
 * change has its audit entry and soon reaches every replica. Works in its caller's transaction, on
 * keys that the caller has locked.
 *
 * @param <K> the keys
 * @param <D> what admins see of one
 */
public final class KeyLifecycle<K extends StoredKey<D>, D> {

    private final ApiKeyFormat format;
    private final String kind;
    private final KeyStore<K> keys;
    private final ApiKeyCacheVersion cacheVersion;
    private final AuditLog audit;
    private final Clock clock;

    /**
     * @param kind what the actions in the audit log begin with
     */
    public KeyLifecycle(
            ApiKeyFormat format,
            String kind,
            KeyStore<K> keys,
            ApiKeyCacheVersion cacheVersion,
            AuditLog audit,
            Clock clock) {
        this.format = format;
        this.kind = kind;
        this.keys = keys;
        this.cacheVersion = cacheVersion;
        this.audit = audit;
        this.clock = clock;
    }

    /**
     * Makes a key. It works at once on every replica: a key that is not cached is looked up.
     *
     * @param make makes the key of its text and the time
     */
    public IssuedKey<D> issue(
            BiFunction<String, Instant, K> make, @Nullable String reason, Actor actor) {
        String text = format.generate();
        K key = keys.saveAndFlush(make.apply(text, clock.instant()));
        D made = key.details();
        audit.record(new Change(kind + ".issue", key.auditObject(), null, made, reason), actor);
        return new IssuedKey<>(made, text);
    }

    /**
     * Makes a key with the same rights; the old one ends after the overlap, if not before.
     *
     * @param successor makes the new key of its text and the time
     */
    public IssuedKey<D> rotate(
            K old,
            BiFunction<String, Instant, K> successor,
            Duration overlap,
            IfMatch version,
            @Nullable String reason,
            Actor actor) {
        // When a key ends is decided by the database's clock, so it is set by it too.
        change("rotate", old, key -> key.rotate(keys.now(), overlap), version, reason, actor);
        return issue(successor, reason, actor);
    }

    /** Ends a key for good, on every replica within about a second. */
    public void revoke(K key, IfMatch version, Actor actor) {
        change("revoke", key, it -> it.revoke(clock.instant()), version, null, actor);
    }

    /** Applies a verb to a key unless it has been changed since: {@code VERSION_CONFLICT}. */
    public D change(
            String action,
            K key,
            Consumer<K> verb,
            IfMatch version,
            @Nullable String reason,
            Actor actor) {
        D before = key.details();
        version.check(key.state().version());
        verb.accept(key);
        D after = keys.saveAndFlush(key).details();
        cacheVersion.advance();
        audit.record(
                new Change(kind + "." + action, key.auditObject(), before, after, reason), actor);
        return after;
    }
}
