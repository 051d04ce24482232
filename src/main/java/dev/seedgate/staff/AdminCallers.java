package dev.seedgate.staff;

import dev.seedgate.key.KeyRevision;
import dev.seedgate.key.KeyText;
import dev.seedgate.key.KnownKeys;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;

/** Tells which admin key calls. */
@Service
public class AdminCallers {

    private final JdbcClient jdbc;
    private final KnownKeys<AdminCaller> keys;

    AdminCallers(JdbcClient jdbc, KeyRevision revision) {
        this.jdbc = jdbc;
        keys = new KnownKeys<>(KeyText.ADMIN, revision, this::lookUp);
    }

    /** The caller with this key, or empty when it is malformed, unknown, revoked or expired. */
    public Optional<AdminCaller> authenticate(String keyText) {
        return keys.find(keyText);
    }

    /** Writes down which keys were used, once in a while, like the teams'. */
    @Scheduled(fixedDelayString = "${seedgate.last-used-interval:1m}")
    void writeLastUse() {
        keys.writeLastUse(ids ->
                jdbc.sql("update admin_key set last_used_at = gateway_now() where id in (:ids)")
                        .param("ids", ids)
                        .update());
    }

    private Optional<KnownKeys.Found<AdminCaller>> lookUp(byte[] hash) {
        return jdbc.sql(
                        """
                        select id, role, extract(epoch from expires_at - gateway_now()) as seconds_left
                        from admin_key where hash = :hash and revoked_at is null
                        """)
                .param("hash", hash)
                .query((row, _) -> {
                    long id = row.getLong("id");
                    AdminCaller caller = new AdminCaller(id, Role.of(row.getString("role")));
                    return KnownKeys.Found.of(id, caller, row.getBigDecimal("seconds_left"));
                })
                .optional();
    }
}
