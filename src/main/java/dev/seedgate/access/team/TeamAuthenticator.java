package dev.seedgate.access.team;

import dev.seedgate.access.apikey.ApiKeyCache;
import dev.seedgate.access.apikey.ApiKeyCaches;
import dev.seedgate.access.apikey.ApiKeyFormat;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.springframework.stereotype.Service;

/** Authenticator of the team API: finds the team that calls, and its key. */
@Service
public class TeamAuthenticator {

    private static final String LOOK_UP =
            """
            select k.hash, k.id, k.name, k.scopes, k.project, k.suspended,
                   t.id as team_id, t.slug, t.cost_center,
                   extract(epoch from k.expires_at - gateway_now()) as seconds_left
            from api_key k join team t on t.id = k.team_id
            where k.hash = any(:hashes) and k.revoked_at is null and t.archived_at is null
            """;

    private static final String WRITE_LAST_USE =
            "update api_key set last_used_at = gateway_now() where id in (:ids)";

    private final ApiKeyCache<AuthenticatedTeam> keys;

    TeamAuthenticator(ApiKeyCaches caches) {
        keys =
                caches.create(
                        ApiKeyFormat.TEAM,
                        LOOK_UP,
                        (row, _) -> caller(row),
                        WRITE_LAST_USE,
                        "key-use");
    }

    /** The caller with this key, or empty when it is malformed, unknown, revoked or expired. */
    public Optional<AuthenticatedTeam> authenticate(String keyText) {
        return keys.find(keyText);
    }

    /** Writes down at once which keys were used since the last time. */
    void writeLastUse() {
        keys.writeLastUse();
    }

    private static AuthenticatedTeam caller(ResultSet row) throws SQLException {
        Set<Scope> scopes = EnumSet.noneOf(Scope.class);
        Arrays.stream((String[]) row.getArray("scopes").getArray())
                .map(Scope::of)
                .forEach(scopes::add);
        return new AuthenticatedTeam(
                row.getLong("team_id"),
                row.getString("slug"),
                row.getString("cost_center"),
                row.getLong("id"),
                row.getString("name"),
                scopes,
                row.getString("project"),
                row.getBoolean("suspended"));
    }
}
