package dev.seedgate.access.apikey;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.seedgate.platform.database.BatchedLookup;
import dev.seedgate.platform.values.Sha256;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.jdbc.support.SqlArrayValue;

/**
 * Cache of whose a key is. A typo fails its checksum without a look-up, a known key costs one hash,
 * and a change of any key anywhere invalidates what is cached within a second. Unknown keys are
 * looked up together: so a flood of made-up ones costs a few queries a second, from however many
 * addresses it comes, and a good key that is not known yet is still found in the middle of it; a
 * limit on look-ups would refuse it.
 *
 * @param <C> who calls
 */
public final class ApiKeyCache<C> {

    // Ten years; a process does not live longer, and nanoTime must not overflow.
    private static final Duration FOR_EVER = Duration.ofDays(3650);

    private final ApiKeyFormat format;
    private final ApiKeyCacheVersion version;
    private final Function<SqlArrayValue, List<Found<C>>> lookUp;
    private final Consumer<Set<Long>> writeLastUse;
    private final BatchedLookup<ByteBuffer, Answer<C>> batches;
    private final Cache<ByteBuffer, Known<C>> known;

    // As many as there are keys, at most.
    private final Set<Long> used = ConcurrentHashMap.newKeySet();

    /**
     * @param lookUp finds keys that are neither revoked nor their owner gone, by the hashes of
     *     their texts
     * @param writeLastUse writes down that the keys with these ids were used now
     */
    ApiKeyCache(
            ApiKeyFormat format,
            ApiKeyCacheVersion version,
            KeySettings settings,
            Function<SqlArrayValue, List<Found<C>>> lookUp,
            Consumer<Set<Long>> writeLastUse) {
        this.format = format;
        this.version = version;
        this.lookUp = lookUp;
        this.writeLastUse = writeLastUse;
        known = Caffeine.newBuilder().maximumSize(settings.keyCacheSize()).build();
        batches =
                new BatchedLookup<>(
                        // As many as there are requests: none may ask by itself.
                        Integer.MAX_VALUE,
                        settings.keyCacheBatchInterval(),
                        settings.keyCacheMaxWait(),
                        this::lookUp);
    }

    /** Whose key this is, or empty when it is malformed, unknown, revoked or expired. */
    public Optional<C> find(String text) {
        if (!format.wellFormed(text)) {
            return Optional.empty();
        }
        ByteBuffer hash = ByteBuffer.wrap(Sha256.of(text));
        Known<C> it = known.getIfPresent(hash);
        if (it == null || it.version() != version.seen() || version.isStale()) {
            it = batches.find(hash).orElseThrow(ApiKeyCache::hangs).of(hash);
            known.put(hash, it);
        }
        Found<C> found = it.found();
        if (found == null || System.nanoTime() - it.goodUntilNanos() >= 0) {
            return Optional.empty();
        }
        used.add(found.id());
        return Optional.of(found.caller());
    }

    /** Writes down which keys were used since the last time; if that fails, again next time. */
    public void writeLastUse() {
        Set<Long> ids = Set.copyOf(used);
        if (!ids.isEmpty()) {
            writeLastUse.accept(ids);
            used.removeAll(ids);
        }
    }

    /** The revision is the one seen before the rows are read: a change after it can't be missed. */
    private Answer<C> lookUp(Set<ByteBuffer> hashes) {
        long seen = version.seen();
        Object[] bytes = hashes.stream().map(ApiKeyCache::bytes).toArray(byte[][]::new);
        Map<ByteBuffer, Known<C>> found = new HashMap<>();
        for (Found<C> each : lookUp.apply(new SqlArrayValue("bytea", bytes))) {
            found.put(each.hash(), known(each, each.left(), seen));
        }
        return new Answer<>(found, known(null, null, seen));
    }

    private static <C> Known<C> known(
            @Nullable Found<C> found, @Nullable Duration left, long seen) {
        // The database's clock says how long; from here on a monotonic one counts.
        Duration good = left == null || left.compareTo(FOR_EVER) > 0 ? FOR_EVER : left;
        return new Known<>(found, System.nanoTime() + good.toNanos(), seen);
    }

    private static QueryTimeoutException hangs() {
        return new QueryTimeoutException("the look-up of keys before this one hangs");
    }

    private static byte[] bytes(ByteBuffer hash) {
        byte[] bytes = new byte[hash.remaining()];
        hash.duplicate().get(bytes);
        return bytes;
    }

    /**
     * A key that is good.
     *
     * @param left how long still, by the database's clock; null for ever, negative when expired
     */
    record Found<C>(ByteBuffer hash, long id, C caller, @Nullable Duration left) {

        /** Of a row with the key's {@code hash}, {@code id} and {@code seconds_left}. */
        static <C> Found<C> of(ResultSet row, C caller) throws SQLException {
            BigDecimal seconds = row.getBigDecimal("seconds_left");
            // Rounded down, and more than a long of milliseconds is no time that anybody set.
            return new Found<>(
                    ByteBuffer.wrap(row.getBytes("hash")),
                    row.getLong("id"),
                    caller,
                    seconds == null
                            ? null
                            : Duration.ofMillis(seconds.movePointRight(3).longValue()));
        }
    }

    private record Known<C>(@Nullable Found<C> found, long goodUntilNanos, long version) {}

    private record Answer<C>(Map<ByteBuffer, Known<C>> found, Known<C> unknown) {

        Known<C> of(ByteBuffer hash) {
            return found.getOrDefault(hash, unknown);
        }
    }
}
