package dev.seedgate.task.dispatch;

import dev.seedgate.platform.database.Loop;
import dev.seedgate.vendor.throttle.CallCapacity;
import dev.seedgate.vendor.throttle.Permit;
import dev.seedgate.vendor.throttle.PermitGrant;
import dev.seedgate.vendor.throttle.RateBudget;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The queue for permits: the calls of this instance that are ready to be written and wait for a
 * permit of the cluster's budget. One loop takes permits for all of them, as many at a time as the
 * budget gives, so that a permit is used the moment it is there, and a slow way to the database
 * costs a round trip for many calls and not for each.
 */
class PermitQueue {

    private static final Duration UNTIL_WOKEN = Duration.ofDays(1);
    // When the budget gives none, no wake-up brings one; but what barred a poll may not bar a
    // submit.
    private static final Duration LONGEST_BAR = Duration.ofMillis(100);

    private final RateBudget budget;
    private final Runnable onChange;
    private final Loop loop;
    private final Queue<CompletableFuture<Permit>> submits = new ConcurrentLinkedQueue<>();
    private final Queue<CompletableFuture<Permit>> polls = new ConcurrentLinkedQueue<>();
    private volatile boolean closed;
    private long noPermitsUntilNanos = System.nanoTime();

    /**
     * @param afterFailure how soon the database is asked again after it could not be
     * @param onChange called when fewer wait than before
     */
    PermitQueue(RateBudget budget, Duration afterFailure, Runnable onChange, Runnable onFailure) {
        this.budget = budget;
        this.onChange = onChange;
        this.loop = new Loop("vendor-permits", this::takePermits, afterFailure, onFailure);
    }

    void start() {
        closed = false;
        loop.start();
    }

    /** Ends: calls that wait go without a permit. */
    void close() {
        closed = true;
        loop.stop();
        cancelAll(submits);
        cancelAll(polls);
    }

    /** Waits for the permit of a submit; empty when none came in time. */
    Optional<Permit> forSubmit() {
        return await(submits);
    }

    Optional<Permit> forPoll() {
        return await(polls);
    }

    int waitingSubmits() {
        return submits.size();
    }

    int waitingPolls() {
        return polls.size();
    }

    private Optional<Permit> await(Queue<CompletableFuture<Permit>> queue) {
        CompletableFuture<Permit> mine = new CompletableFuture<>();
        queue.add(mine);
        if (closed) {
            mine.cancel(false);
        }
        loop.wake();
        try {
            return Optional.of(mine.get(budget.permitWait().toNanos(), TimeUnit.NANOSECONDS));
        } catch (TimeoutException e) {
            // One that was given at this very moment is used.
            return mine.cancel(false) ? Optional.empty() : Optional.of(mine.join());
        } catch (InterruptedException e) {
            mine.cancel(false);
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (CancellationException e) {
            return Optional.empty();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } finally {
            // This one, if it got none.
            queue.removeIf(CompletableFuture::isDone);
            onChange.run();
        }
    }

    /**
     * Takes the permits there are now for the calls that wait. Answers the time until the next try.
     */
    private Duration takePermits() {
        Duration noPermitsFor = Duration.ofNanos(noPermitsUntilNanos - System.nanoTime());
        if (noPermitsFor.isPositive()) {
            return noPermitsFor;
        }
        // Behind a pause or an open breaker none comes in time: back to the queue at once, for what
        // stands about as if it were being sent has to be taken for sent when this instance dies.
        CallCapacity capacity = budget.capacity();
        if (capacity.submits() == 0) {
            cancelAll(submits);
        }
        if (capacity.polls() == 0) {
            cancelAll(polls);
        }
        int wantedSubmits = submits.size();
        int wantedPolls = polls.size();
        if (wantedSubmits + wantedPolls == 0) {
            return UNTIL_WOKEN;
        }
        long asked = System.nanoTime();
        PermitGrant grant = budget.take(wantedSubmits, wantedPolls);
        handOut(grant.submits(), submits);
        handOut(grant.polls(), polls);
        if (submits.isEmpty() && polls.isEmpty()) {
            return UNTIL_WOKEN;
        }
        // The budget counts from when it answered: what the answer took has passed already. Without
        // a permit it was asked twice.
        boolean given = grant.submits().size() + grant.polls().size() > 0;
        long took = (System.nanoTime() - asked) / (given ? 1 : 2);
        Duration wait = shorter(grant.retryIn().minusNanos(took), LONGEST_BAR);
        noPermitsUntilNanos = System.nanoTime() + Math.max(0, wait.toNanos());
        return wait.isNegative() ? Duration.ZERO : wait;
    }

    /** First come, first served; a permit that nobody waits for any more is dropped. */
    private static void handOut(List<Permit> permits, Queue<CompletableFuture<Permit>> queue) {
        for (Permit permit : permits) {
            @Nullable CompletableFuture<Permit> next;
            do {
                next = queue.poll();
            } while (next != null && !next.complete(permit));
        }
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private static void cancelAll(Queue<CompletableFuture<Permit>> queue) {
        @Nullable CompletableFuture<Permit> next;
        while ((next = queue.poll()) != null) {
            next.cancel(false);
        }
    }
}
