package dev.seedgate.access.operator;

import dev.seedgate.access.apikey.ApiKeyCache;
import dev.seedgate.access.apikey.ApiKeyCacheVersion;
import dev.seedgate.access.apikey.ApiKeyFormat;
import dev.seedgate.access.apikey.KeySettings;
import dev.seedgate.platform.telemetry.Loops;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.SqlArrayValue;
import org.springframework.stereotype.Service;

/** Tells which admin key calls. */
@Service
public class AdminKeyAuthenticator {

    private final JdbcClient jdbc;
    private final ApiKeyCache<AuthenticatedAdmin> keys;

    AdminKeyAuthenticator(
            JdbcClient jdbc, ApiKeyCacheVersion revision, KeySettings settings, Loops loops) {
        this.jdbc = jdbc;
        keys =
                new ApiKeyCache<>(
                        ApiKeyFormat.ADMIN,
                        revision,
                        settings.keyCacheBatchInterval(),
                        this::lookUp);
        loops.every(settings.keyLastUsedInterval(), "admin-key-use", this::writeLastUse);
    }

    /** The caller with this key, or empty when it is malformed, unknown, revoked or expired. */
    public Optional<AuthenticatedAdmin> authenticate(String keyText) {
        return keys.find(keyText);
    }

    /** Writes down which keys were used, once in a while, like the teams'. */
    void writeLastUse() {
        keys.writeLastUse(ids ->
                jdbc.sql("update admin_key set last_used_at = gateway_now() where id in (:ids)")
                        .param("ids", ids)
                        .update());
    }

    private List<ApiKeyCache.Found<AuthenticatedAdmin>> lookUp(SqlArrayValue hashes) {
        return jdbc.sql(
                        """
                        select hash, id, role, extract(epoch from expires_at - gateway_now()) as seconds_left
                        from admin_key where hash = any(:hashes) and revoked_at is null
                        """)
                .param("hashes", hashes)
                .query((row, _) -> {
                    long id = row.getLong("id");
                    AuthenticatedAdmin caller =
                            new AuthenticatedAdmin(id, Role.of(row.getString("role")));
                    return ApiKeyCache.Found.of(
                            row.getBytes("hash"), id, caller, row.getBigDecimal("seconds_left"));
                })
                .list();
    }
}
