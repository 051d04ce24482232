package dev.seedgate.platform.values;

import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A value that is made again when it is older than it may be, by one caller while the others wait
 * for it: however many ask, it costs the same.
 */
public final class Snapshot<T> {

    private final long maxAgeNanos;
    private final Supplier<T> source;
    private volatile @Nullable Taken<T> last;

    /**
     * @param maxAge zero: made for each who asks
     */
    public Snapshot(Duration maxAge, Supplier<T> source) {
        maxAgeNanos = maxAge.toNanos();
        this.source = source;
    }

    public T get() {
        Taken<T> known = last;
        if (known != null && isFresh(known)) {
            return known.value();
        }
        synchronized (this) {
            Taken<T> newest = last;
            if (newest == null || !isFresh(newest)) {
                newest = new Taken<>(source.get(), System.nanoTime());
                last = newest;
            }
            return newest.value();
        }
    }

    private boolean isFresh(Taken<T> taken) {
        return System.nanoTime() - taken.at() < maxAgeNanos;
    }

    private record Taken<T>(T value, long at) {}
}
