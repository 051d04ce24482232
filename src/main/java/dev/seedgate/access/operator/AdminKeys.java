package dev.seedgate.access.operator;

import dev.seedgate.access.apikey.ApiKeyCacheVersion;
import dev.seedgate.access.apikey.ApiKeyFormat;
import dev.seedgate.platform.audit.AuditLog;
import dev.seedgate.platform.audit.Change;
import dev.seedgate.platform.values.Actor;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.Page;
import dev.seedgate.platform.web.api.IfMatch;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The admins' keys and the verbs on them. An unknown one is {@code KEY_NOT_FOUND}. */
@Service
class AdminKeys {

    private final AdminKeyRepository keys;
    private final ApiKeyCacheVersion revision;
    private final AuditLog audit;
    private final Clock clock;

    AdminKeys(AdminKeyRepository keys, ApiKeyCacheVersion revision, AuditLog audit, Clock clock) {
        this.keys = keys;
        this.revision = revision;
        this.audit = audit;
        this.clock = clock;
    }

    /** Makes a key; like a team's it works at once on every replica. */
    @Transactional
    public IssuedAdminKey issue(NewAdminKey request, Actor actor) {
        return issue(request, null, actor);
    }

    /** Makes a key with the same role; the old one ends after the overlap, if not before. */
    @Transactional
    public IssuedAdminKey rotate(
            long id, Duration overlap, IfMatch version, @Nullable String reason, Actor actor) {
        AdminKey old = lock(id);
        AdminKeyDetails before = old.details();
        version.check(before.version());
        // When a key ends is decided by the database's clock, so it is set by it too.
        Instant now = keys.now();
        if (old.isDead(now)) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST,
                    "Admin key " + id + " has ended; make a new one instead of rotating it.");
        }
        NewAdminKey successor = old.successor();
        old.rotate(now, overlap);
        write("admin-key.rotate", before, changed(old), reason, actor);
        return issue(successor, reason, actor);
    }

    /** Keys by id, from after {@code cursor} on. */
    @Transactional(readOnly = true)
    public Page<AdminKeyDetails> list(@Nullable Long cursor, int limit) {
        List<AdminKeyDetails> found =
                keys
                        .findByIdGreaterThanOrderById(
                                cursor == null ? 0 : cursor, Limit.of(limit + 1))
                        .stream()
                        .map(AdminKey::details)
                        .toList();
        return Page.of(found, limit, AdminKeyDetails::id);
    }

    /** Ends a key for good, on every replica within about a second. */
    @Transactional
    public void revoke(long id, IfMatch version, Actor actor) {
        AdminKey key = lock(id);
        AdminKeyDetails before = key.details();
        version.check(before.version());
        key.revoke(clock.instant());
        write("admin-key.revoke", before, changed(key), null, actor);
    }

    private IssuedAdminKey issue(NewAdminKey request, @Nullable String reason, Actor actor) {
        String text = ApiKeyFormat.ADMIN.generate();
        AdminKeyDetails made =
                keys.saveAndFlush(new AdminKey(request, text, clock.instant())).details();
        write("admin-key.issue", null, made, reason, actor);
        return new IssuedAdminKey(made, text);
    }

    private AdminKey lock(long id) {
        return keys.lock(id)
                .orElseThrow(() ->
                        new ApiException(
                                ErrorCode.KEY_NOT_FOUND, "There is no admin key " + id + "."));
    }

    private AdminKeyDetails changed(AdminKey key) {
        AdminKeyDetails details = keys.saveAndFlush(key).details();
        revision.advance();
        return details;
    }

    private void write(
            String action,
            @Nullable AdminKeyDetails before,
            AdminKeyDetails after,
            @Nullable String reason,
            Actor actor) {
        audit.record(new Change(action, "admin-key:" + after.id(), before, after, reason), actor);
    }
}
