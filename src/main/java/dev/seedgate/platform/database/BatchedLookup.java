package dev.seedgate.platform.database;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.QueryTimeoutException;

/**
 * Batched look-up of keys: all that are asked for at a time in one query. So a flood of made-up
 * keys costs a few queries a second, from however many addresses it comes, and a good key that is
 * not known yet is still found in the middle of it; a limit on look-ups would refuse it.
 *
 * @param <K> what is looked up
 * @param <A> the answer for all of a batch
 */
public final class BatchedLookup<K, A> {

    private final Function<Set<K>, A> query;
    private final long intervalNanos;
    private final long maxWaitNanos;
    private final ReentrantLock batchLock = new ReentrantLock();
    private final ReentrantLock queryLock = new ReentrantLock(true);
    private @Nullable Batch<K, A> next;
    private long lastNanos;

    /**
     * @param interval between two queries
     * @param maxWait for the query before, which may hang
     */
    public BatchedLookup(Duration interval, Duration maxWait, Function<Set<K>, A> query) {
        this.query = query;
        intervalNanos = interval.toNanos();
        maxWaitNanos = maxWait.toNanos();
        lastNanos = System.nanoTime() - intervalNanos;
    }

    /** The answer of a query that asked for this key too, and that began after this call. */
    public A find(K key) {
        Batch<K, A> batch;
        boolean first;
        batchLock.lock();
        try {
            first = next == null;
            batch = next == null ? new Batch<>() : next;
            next = batch;
            batch.keys.add(key);
        } finally {
            batchLock.unlock();
        }
        if (first) {
            answer(batch);
        }
        try {
            return batch.answer.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    /** The thread that begins a batch queries for all that join it until its turn comes. */
    private void answer(Batch<K, A> batch) {
        try {
            lockAtInterval();
            try {
                close(batch);
                batch.answer.complete(query.apply(batch.keys));
            } finally {
                lastNanos = System.nanoTime();
                queryLock.unlock();
            }
        } catch (RuntimeException | Error e) {
            close(batch);
            batch.answer.completeExceptionally(e);
        }
    }

    private void lockAtInterval() {
        try {
            if (!queryLock.tryLock(maxWaitNanos, TimeUnit.NANOSECONDS)) {
                throw new QueryTimeoutException("the look-up of keys before this one hangs");
            }
            TimeUnit.NANOSECONDS.sleep(lastNanos + intervalNanos - System.nanoTime());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            if (queryLock.isHeldByCurrentThread()) {
                queryLock.unlock();
            }
            throw new QueryTimeoutException("the look-up of a key was interrupted", e);
        }
    }

    private void close(Batch<K, A> batch) {
        batchLock.lock();
        try {
            if (next == batch) {
                next = null;
            }
        } finally {
            batchLock.unlock();
        }
    }

    private static final class Batch<K, A> {
        private final Set<K> keys = ConcurrentHashMap.newKeySet();
        private final CompletableFuture<A> answer = new CompletableFuture<>();
    }
}
