package dev.seedgate.access.operator;

import dev.seedgate.access.apikey.ApiKeyCache;
import dev.seedgate.access.apikey.ApiKeyCaches;
import dev.seedgate.access.apikey.ApiKeyFormat;
import java.util.Optional;
import org.springframework.stereotype.Service;

/** Authenticator of the admin API: finds the admin key that calls. */
@Service
public class AdminKeyAuthenticator {

    private static final String LOOK_UP =
            """
            select hash, id, role, extract(epoch from expires_at - gateway_now()) as seconds_left
            from admin_key where hash = any(:hashes) and revoked_at is null
            """;

    private static final String WRITE_LAST_USE =
            "update admin_key set last_used_at = gateway_now() where id in (:ids)";

    private final ApiKeyCache<AuthenticatedAdmin> keys;

    AdminKeyAuthenticator(ApiKeyCaches caches) {
        keys =
                caches.create(
                        ApiKeyFormat.ADMIN,
                        LOOK_UP,
                        (row, _) ->
                                new AuthenticatedAdmin(
                                        row.getLong("id"), Role.of(row.getString("role"))),
                        WRITE_LAST_USE,
                        "admin-key-use");
    }

    /** The caller with this key, or empty when it is malformed, unknown, revoked or expired. */
    public Optional<AuthenticatedAdmin> authenticate(String keyText) {
        return keys.find(keyText);
    }
}
