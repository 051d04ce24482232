package dev.seedgate.team;

import dev.seedgate.key.KeyRevision;
import dev.seedgate.key.KeySettings;
import dev.seedgate.key.KeyText;
import dev.seedgate.key.KnownKeys;
import dev.seedgate.telemetry.Loops;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.SqlArrayValue;
import org.springframework.stereotype.Service;

/** Tells which team calls, and with which key. */
@Service
public class Callers {

    private final JdbcClient jdbc;
    private final KnownKeys<Caller> keys;

    Callers(
            JdbcClient jdbc,
            KeyRevision revision,
            KeySettings settings,
            Loops loops,
            @Value(KnownKeys.LOOK_UP_INTERVAL) Duration interval) {
        this.jdbc = jdbc;
        keys = new KnownKeys<>(KeyText.TEAM, revision, interval, this::lookUp);
        loops.every(settings.lastUsedInterval(), "key-use", this::writeLastUse);
    }

    /** The caller with this key, or empty when it is malformed, unknown, revoked or expired. */
    public Optional<Caller> authenticate(String keyText) {
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

    private List<KnownKeys.Found<Caller>> lookUp(SqlArrayValue hashes) {
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

    private static KnownKeys.Found<Caller> found(ResultSet row) throws SQLException {
        Set<Scope> scopes = EnumSet.noneOf(Scope.class);
        Arrays.stream((String[]) row.getArray("scopes").getArray())
                .map(Scope::of)
                .forEach(scopes::add);
        Caller caller =
                new Caller(
                        row.getLong("team_id"),
                        row.getString("slug"),
                        row.getString("cost_center"),
                        row.getLong("id"),
                        row.getString("name"),
                        scopes,
                        row.getString("project"),
                        row.getBoolean("suspended"));
        return KnownKeys.Found.of(
                row.getBytes("hash"), caller.keyId(), caller, row.getBigDecimal("seconds_left"));
    }
}
