package dev.seedgate.task.view;

/**
 * Sums over the tasks that a filter finds, in credits.
 *
 * @param charged prices of all of them, held ones too
 * @param refunded prices of those that failed
 * @param more whether there are more tasks than were summed; then these are the newest
 */
public record TaskTotals(long tasks, long charged, long refunded, boolean more) {

    /** Charged less refunded. */
    public long net() {
        return charged - refunded;
    }
}
