package dev.seedgate.vendor.client;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The newest calls of this instance that failed, for whoever looks after the vendor. They are in
 * memory alone: what became of a task stands with the task.
 */
public final class FailedCalls {

    /** So many are kept. */
    public static final int MOST = 20;

    private final Deque<FailedCall> newest = new ArrayDeque<>();

    FailedCalls() {}

    synchronized void add(FailedCall call) {
        newest.addFirst(call);
        if (newest.size() > MOST) {
            newest.removeLast();
        }
    }

    /** The newest first. */
    public synchronized List<FailedCall> newest() {
        return List.copyOf(newest);
    }

    /**
     * A call that was not taken, or brought no answer that says anything.
     *
     * @param at when it began
     * @param operation submit, poll or sight
     * @param result as in the metric of the calls
     * @param evidence what was sent and what came back, in a line; no secret, no prompt
     */
    public record FailedCall(Instant at, String operation, String result, String evidence) {}
}
