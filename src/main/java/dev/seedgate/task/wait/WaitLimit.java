package dev.seedgate.task.wait;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Limit of what waits at once in this instance, of all keys together and of each. */
final class WaitLimit {

    private final int most;
    private final int mostPerKey;
    private final AtomicInteger all = new AtomicInteger();

    // Of keys that wait now only.
    private final Map<Long, Integer> byKey = new ConcurrentHashMap<>();

    WaitLimit(int most, int mostPerKey) {
        this.most = most;
        this.mostPerKey = mostPerKey;
    }

    /** Counts one more, unless they are too many; then answers false. */
    boolean enter(long key) {
        boolean fits = all.incrementAndGet() <= most;
        fits &= byKey.merge(key, 1, Integer::sum) <= mostPerKey;
        if (!fits) {
            leave(key);
        }
        return fits;
    }

    void leave(long key) {
        byKey.computeIfPresent(key, (_, count) -> count == 1 ? null : count - 1);
        all.decrementAndGet();
    }

    int count() {
        return all.get();
    }
}
