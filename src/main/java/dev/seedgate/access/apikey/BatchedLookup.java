package dev.seedgate.access.apikey;

import java.nio.ByteBuffer;
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
 * Looks keys up, all that are asked for at a time in one query. So a flood of made-up keys costs a
 * few queries a second, from however many addresses it comes, and a good key that is not known yet
 * is still found in the middle of it; a limit on look-ups would refuse it.
 *
 * @param <A> the answer for all of them
 */
final class BatchedLookup<A> {

    private final Function<Set<ByteBuffer>, A> query;
    private final long intervalNanos;
    private final long mostWaitNanos;
    private final ReentrantLock gathering = new ReentrantLock();
    private final ReentrantLock turn = new ReentrantLock(true);
    private @Nullable Batch<A> next;
    private long lastNanos;

    /**
     * @param interval between two queries
     * @param mostWait for the query before, which may hang
     */
    BatchedLookup(Duration interval, Duration mostWait, Function<Set<ByteBuffer>, A> query) {
        this.query = query;
        intervalNanos = interval.toNanos();
        mostWaitNanos = mostWait.toNanos();
        lastNanos = System.nanoTime() - intervalNanos;
    }

    /** The answer of a query that asked for this hash too, and that began after this call. */
    A find(ByteBuffer hash) {
        Batch<A> batch;
        boolean first;
        gathering.lock();
        try {
            first = next == null;
            batch = next == null ? new Batch<>() : next;
            next = batch;
            batch.hashes.add(hash);
        } finally {
            gathering.unlock();
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

    /** Whoever begins a batch asks for all who join it while the one before is answered. */
    private void answer(Batch<A> batch) {
        try {
            awaitTurn();
            try {
                close(batch);
                batch.answer.complete(query.apply(batch.hashes));
            } finally {
                lastNanos = System.nanoTime();
                turn.unlock();
            }
        } catch (RuntimeException | Error e) {
            close(batch);
            batch.answer.completeExceptionally(e);
        }
    }

    private void awaitTurn() {
        try {
            if (!turn.tryLock(mostWaitNanos, TimeUnit.NANOSECONDS)) {
                throw new QueryTimeoutException("the look-up of keys before this one hangs");
            }
            TimeUnit.NANOSECONDS.sleep(lastNanos + intervalNanos - System.nanoTime());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            if (turn.isHeldByCurrentThread()) {
                turn.unlock();
            }
            throw new QueryTimeoutException("the look-up of a key was interrupted", e);
        }
    }

    private void close(Batch<A> batch) {
        gathering.lock();
        try {
            if (next == batch) {
                next = null;
            }
        } finally {
            gathering.unlock();
        }
    }

    private static final class Batch<A> {
        private final Set<ByteBuffer> hashes = ConcurrentHashMap.newKeySet();
        private final CompletableFuture<A> answer = new CompletableFuture<>();
    }
}
