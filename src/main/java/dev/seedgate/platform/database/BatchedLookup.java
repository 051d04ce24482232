package dev.seedgate.platform.database;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Batched look-up: what is asked for while a query runs is answered by the next one, all in one.
 * Whoever comes while none runs waits for no more than the interval. A batch has its connection at
 * no team's expense, whoever of it makes the query; and a failure of the query is all its callers'.
 *
 * @param <K> what is looked up
 * @param <A> the answer for all of a batch
 */
public final class BatchedLookup<K, A> {

    private final Function<Set<K>, A> query;
    private final int size;
    private final long intervalNanos;
    private final long maxWaitNanos;
    private final ReentrantLock batchLock = new ReentrantLock();
    private final ReentrantLock queryLock = new ReentrantLock(true);
    private @Nullable Batch<K, A> next;
    private long lastNanos;

    /**
     * @param size of a batch at most; 0 = none are made
     * @param interval between two queries
     * @param maxWait for the query before, which may hang
     */
    public BatchedLookup(int size, Duration interval, Duration maxWait, Function<Set<K>, A> query) {
        this.query = query;
        this.size = size;
        intervalNanos = interval.toNanos();
        maxWaitNanos = maxWait.toNanos();
        lastNanos = System.nanoTime() - intervalNanos;
    }

    /**
     * The answer of a query that asked for this key too, and that began after this call; empty when
     * the batch that waits is full, or the query before it took too long.
     */
    public Optional<A> find(K key) {
        Batch<K, A> batch;
        boolean first;
        batchLock.lock();
        try {
            first = next == null;
            batch = next == null ? new Batch<>() : next;
            if (batch.keys.size() >= size) {
                return Optional.empty();
            }
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
            boolean mine = lockAtInterval();
            close(batch);
            batch.answer.complete(mine ? Optional.of(query(batch.keys)) : Optional.empty());
        } catch (RuntimeException | Error e) {
            batch.answer.completeExceptionally(e);
        } finally {
            if (queryLock.isHeldByCurrentThread()) {
                lastNanos = System.nanoTime();
                queryLock.unlock();
            }
        }
    }

    private A query(Set<K> keys) {
        return ConnectionShares.callForRequests(null, () -> query.apply(keys));
    }

    /** Answers whether its turn has come in time. */
    private boolean lockAtInterval() {
        try {
            boolean locked = queryLock.tryLock(maxWaitNanos, TimeUnit.NANOSECONDS);
            if (locked) {
                TimeUnit.NANOSECONDS.sleep(lastNanos + intervalNanos - System.nanoTime());
            }
            return locked;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
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
        private final CompletableFuture<Optional<A>> answer = new CompletableFuture<>();
    }
}
