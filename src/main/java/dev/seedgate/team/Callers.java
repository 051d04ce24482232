package dev.seedgate.team;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;

/**
 * Tells who calls, from memory: a typo fails its checksum without a look-up, a known key costs one
 * hash, and a revocation anywhere empties the memory within a second.
 */
@Service
public class Callers {

    // About 300 bytes each; also bounds what a flood of made-up keys with good checksums can
    // occupy.
    private static final int REMEMBERED = 20_000;

    // Ten years; a process does not live longer, and nanoTime must not overflow.
    private static final long FOR_EVER_NANOS = Duration.ofDays(3650).toNanos();

    private final JdbcClient jdbc;
    private final KeyRevision revision;
    private final Cache<ByteBuffer, Known> known =
            Caffeine.newBuilder().maximumSize(REMEMBERED).build();

    // As many as there are keys, at most.
    private final Set<Long> used = ConcurrentHashMap.newKeySet();

    Callers(JdbcClient jdbc, KeyRevision revision) {
        this.jdbc = jdbc;
        this.revision = revision;
    }

    /** The caller with this key, or empty when it is malformed, unknown, revoked or expired. */
    public Optional<Caller> authenticate(String keyText) {
        if (!KeyText.wellFormed(keyText)) {
            return Optional.empty();
        }
        byte[] hash = KeyText.sha256(keyText);
        Known found = known.getIfPresent(ByteBuffer.wrap(hash));
        if (found == null || found.revision() != revision.seen()) {
            found = lookUp(hash, revision.seen());
            known.put(ByteBuffer.wrap(hash), found);
        }
        boolean expired = System.nanoTime() - found.goodUntilNanos() >= 0;
        Optional<Caller> caller = expired ? Optional.empty() : Optional.ofNullable(found.caller());
        caller.ifPresent(it -> used.add(it.keyId()));
        return caller;
    }

    /**
     * Writes down which keys were used, once in a while: to the minute is enough to find dead ones.
     */
    @Scheduled(fixedDelayString = "${seedgate.last-used-interval:1m}")
    void writeLastUse() {
        Set<Long> ids = Set.copyOf(used);
        if (!ids.isEmpty()) {
            jdbc.sql("update api_key set last_used_at = gateway_now() where id in (:ids)")
                    .param("ids", ids)
                    .update();
            // Only now: what could not be written is tried again.
            used.removeAll(ids);
        }
    }

    /**
     * Learns whether anything about keys or teams has changed; what was remembered before is then
     * old.
     */
    @Scheduled(fixedDelayString = "${seedgate.revision-interval:1s}")
    void refresh() {
        revision.look();
    }

    private Known lookUp(byte[] hash, long seen) {
        return jdbc.sql(
                        """
                        select k.id, k.name, k.scopes, k.project, k.suspended,
                               t.id as team_id, t.slug, t.cost_center,
                               extract(epoch from k.expires_at - gateway_now()) as seconds_left
                        from api_key k join team t on t.id = k.team_id
                        where k.hash = :hash and k.revoked_at is null and t.archived_at is null
                        """)
                .param("hash", hash)
                .query((row, _) -> known(row, seen))
                .optional()
                .orElseGet(() -> new Known(null, System.nanoTime() + FOR_EVER_NANOS, seen));
    }

    private static Known known(ResultSet row, long seen) throws SQLException {
        double secondsLeft = row.getDouble("seconds_left");
        // The database's clock says how long; from here on a monotonic one counts.
        double nanosLeft = row.wasNull() ? (double) FOR_EVER_NANOS : secondsLeft * 1e9;
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
        return new Known(
                caller,
                System.nanoTime() + (long) Math.min(nanosLeft, (double) FOR_EVER_NANOS),
                seen);
    }

    /** The revision is the one seen before the row was read: a change after it can't be missed. */
    private record Known(@Nullable Caller caller, long goodUntilNanos, long revision) {}
}
