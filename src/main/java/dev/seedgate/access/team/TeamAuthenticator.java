package dev.seedgate.access.team;

import dev.seedgate.access.apikey.ApiKeyCache;
import dev.seedgate.access.apikey.ApiKeyCacheVersion;
import dev.seedgate.access.apikey.ApiKeyFormat;
import dev.seedgate.access.apikey.KeySettings;
import dev.seedgate.platform.telemetry.Loops;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.SqlArrayValue;
import org.springframework.stereotype.Service;

/** Tells which team calls, and with which key. */
@Service
public class TeamAuthenticator {

    private final JdbcClient jdbc;
    private final ApiKeyCache<AuthenticatedTeam> keys;

    TeamAuthenticator(
            JdbcClient jdbc, ApiKeyCacheVersion revision, KeySettings settings, Loops loops) {
        this.jdbc = jdbc;
        keys =
                new ApiKeyCache<>(
                        ApiKeyFormat.TEAM,
                        revision,
                        settings.keyCacheBatchInterval(),
                        this::lookUp);
        loops.every(settings.keyLastUsedInterval(), "key-use", this::writeLastUse);
    }

    /** The caller with this key, or empty when it is malformed, unknown, revoked or expired. */
    public Optional<AuthenticatedTeam> authenticate(String keyText) {
        return keys.find(keyText);
    }

    /**
     * Writes down which keys were used, once in a while: to the minute is enough to find dead ones.
     */
    void writeLastUse() {
        keys.writeLastUse(ids ->
                jdbc.sql("update api_key set last_used_at = gateway_now() where id in (:ids)")
                        .param("ids", ids)
                        .update());
    }

    private List<ApiKeyCache.Found<AuthenticatedTeam>> lookUp(SqlArrayValue hashes) {
        return jdbc.sql(
                        """
                        select k.hash, k.id, k.name, k.scopes, k.project, k.suspended,
                               t.id as team_id, t.slug, t.cost_center,
                               extract(epoch from k.expires_at - gateway_now()) as seconds_left
                        from api_key k join team t on t.id = k.team_id
                        where k.hash = any(:hashes) and k.revoked_at is null and t.archived_at is null
                        """)
                .param("hashes", hashes)
                .query((row, _) -> found(row))
                .list();
    }

    private static ApiKeyCache.Found<AuthenticatedTeam> found(ResultSet row) throws SQLException {
        Set<Scope> scopes = EnumSet.noneOf(Scope.class);
        Arrays.stream((String[]) row.getArray("scopes").getArray())
                .map(Scope::of)
                .forEach(scopes::add);
        AuthenticatedTeam caller =
                new AuthenticatedTeam(
                        row.getLong("team_id"),
                        row.getString("slug"),
                        row.getString("cost_center"),
                        row.getLong("id"),
                        row.getString("name"),
                        scopes,
                        row.getString("project"),
                        row.getBoolean("suspended"));
        return ApiKeyCache.Found.of(
                row.getBytes("hash"), caller.keyId(), caller, row.getBigDecimal("seconds_left"));
    }
}
