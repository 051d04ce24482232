package dev.seedgate.vendor.throttle;

/**
 * Congestion window of one instance's submits that wait for their answers: few at first, one more
 * with each answer, and few again after an answer that leaves open whether the vendor took the job.
 * So a vendor that falls silent holds a handful of paid creates in doubt and not everything that
 * could be sent before the first time-out.
 */
final class UnansweredSubmits {

    private final int initial;
    private final int max;
    private int limit;
    private int waiting;

    /**
     * @param initial the bound at the start, and after an ambiguous answer
     * @param max the bound that answers can raise it to
     */
    UnansweredSubmits(int initial, int max) {
        this.initial = Math.min(initial, max);
        this.max = max;
        this.limit = this.initial;
    }

    /** How many may wait at once. */
    synchronized int limit() {
        return limit;
    }

    /** How many more calls may begin now. */
    synchronized int availableCalls() {
        return Math.max(0, limit - waiting);
    }

    /** Whether one more may begin; if so, it must be followed by {@link #end}. */
    synchronized boolean tryBegin() {
        if (waiting >= limit) {
            return false;
        }
        waiting++;
        return true;
    }

    synchronized void end() {
        waiting--;
    }

    synchronized void grow() {
        limit = Math.min(max, limit + 1);
    }

    synchronized void shrink() {
        limit = initial;
    }
}
