package dev.seedgate.key;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Tells whose a key is, from memory: a typo fails its checksum without a look-up, a known key costs
 * one hash, and a change of any key anywhere empties the memory within a second.
 *
 * @param <C> who calls
 */
public final class KnownKeys<C> {

    // About 300 bytes each; also bounds what a flood of made-up keys with good checksums can
    // occupy.
    private static final int REMEMBERED = 20_000;

    // Ten years; a process does not live longer, and nanoTime must not overflow.
    private static final Duration FOR_EVER = Duration.ofDays(3650);

    private final KeyText form;
    private final KeyRevision revision;
    private final Function<byte[], Optional<Found<C>>> lookUp;
    private final Cache<ByteBuffer, Known<C>> known =
            Caffeine.newBuilder().maximumSize(REMEMBERED).build();

    // As many as there are keys, at most.
    private final Set<Long> used = ConcurrentHashMap.newKeySet();

    /**
     * @param lookUp finds a key that is neither revoked nor its owner gone, by the hash of its text
     */
    public KnownKeys(
            KeyText form, KeyRevision revision, Function<byte[], Optional<Found<C>>> lookUp) {
        this.form = form;
        this.revision = revision;
        this.lookUp = lookUp;
    }

    /** Whose key this is, or empty when it is malformed, unknown, revoked or expired. */
    public Optional<C> find(String text) {
        if (!form.wellFormed(text)) {
            return Optional.empty();
        }
        byte[] hash = KeyText.sha256(text);
        Known<C> it = known.getIfPresent(ByteBuffer.wrap(hash));
        if (it == null || it.revision() != revision.seen()) {
            it = lookUp(hash, revision.seen());
            known.put(ByteBuffer.wrap(hash), it);
        }
        Found<C> found = it.found();
        if (found == null || System.nanoTime() - it.goodUntilNanos() >= 0) {
            return Optional.empty();
        }
        used.add(found.id());
        return Optional.of(found.caller());
    }

    /** Hands over the ids of the keys used since the last time; if that fails, again next time. */
    public void writeLastUse(Consumer<Set<Long>> write) {
        Set<Long> ids = Set.copyOf(used);
        if (!ids.isEmpty()) {
            write.accept(ids);
            used.removeAll(ids);
        }
    }

    /** The revision is the one seen before the row is read: a change after it can't be missed. */
    private Known<C> lookUp(byte[] hash, long seen) {
        Found<C> found = lookUp.apply(hash).orElse(null);
        Duration left = found == null || found.left() == null ? FOR_EVER : found.left();
        // The database's clock says how long; from here on a monotonic one counts.
        long nanos = left.compareTo(FOR_EVER) < 0 ? left.toNanos() : FOR_EVER.toNanos();
        return new Known<>(found, System.nanoTime() + nanos, seen);
    }

    /**
     * A key that is good.
     *
     * @param left how long still, by the database's clock; null for ever, negative when expired
     */
    public record Found<C>(long id, C caller, @Nullable Duration left) {

        /** With the seconds left as the database says them, null for ever. */
        public static <C> Found<C> of(long id, C caller, @Nullable BigDecimal seconds) {
            // Rounded down, and more than a long of milliseconds is no time that anybody set.
            return new Found<>(
                    id,
                    caller,
                    seconds == null
                            ? null
                            : Duration.ofMillis(seconds.movePointRight(3).longValue()));
        }
    }

    private record Known<C>(@Nullable Found<C> found, long goodUntilNanos, long revision) {}
}
