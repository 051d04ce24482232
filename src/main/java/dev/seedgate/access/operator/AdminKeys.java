package dev.seedgate.access.operator;

import dev.seedgate.access.apikey.ApiKeyCacheVersion;
import dev.seedgate.access.apikey.ApiKeyFormat;
import dev.seedgate.access.apikey.IssuedKey;
import dev.seedgate.access.apikey.KeyLifecycle;
import dev.seedgate.platform.audit.AuditLog;
import dev.seedgate.platform.values.Actor;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.Page;
import dev.seedgate.platform.web.api.IfMatch;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Service of the admin keys. An unknown one is {@code KEY_NOT_FOUND}. */
@Service
public class AdminKeys {

    private final AdminKeyRepository keys;
    private final KeyLifecycle<AdminKey, AdminKeyDetails> lifecycle;

    AdminKeys(
            AdminKeyRepository keys, ApiKeyCacheVersion cacheVersion, AuditLog audit, Clock clock) {
        this.keys = keys;
        lifecycle =
                new KeyLifecycle<>(
                        ApiKeyFormat.ADMIN, "admin-key", keys, cacheVersion, audit, clock);
    }

    @Transactional
    public IssuedKey<AdminKeyDetails> issue(NewAdminKey request, Actor actor) {
        return lifecycle.issue((text, now) -> new AdminKey(request, text, now), null, actor);
    }

    @Transactional
    public IssuedKey<AdminKeyDetails> rotate(
            long id, Duration overlap, IfMatch version, @Nullable String reason, Actor actor) {
        AdminKey old = lock(id);
        return lifecycle.rotate(old, old::successor, overlap, version, reason, actor);
    }

    @Transactional
    public void revoke(long id, IfMatch version, Actor actor) {
        lifecycle.revoke(lock(id), version, actor);
    }

    /** Keys by id, from after {@code cursor} on. */
    @Transactional(readOnly = true)
    public Page<AdminKeyDetails> list(@Nullable Long cursor, int limit) {
        List<AdminKeyDetails> found =
                keys.findAfter(cursor == null ? 0 : cursor, limit + 1).stream()
                        .map(AdminKey::details)
                        .toList();
        return Page.of(found, limit, it -> it.key().id());
    }

    private AdminKey lock(long id) {
        return keys.lock(id)
                .orElseThrow(() ->
                        new ApiException(
                                ErrorCode.KEY_NOT_FOUND, "There is no admin key " + id + "."));
    }
}
