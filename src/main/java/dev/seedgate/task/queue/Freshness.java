package dev.seedgate.task.queue;

/** How old the vendor's last answer about a task is. */
public enum Freshness {
    FRESH,
    STALE,
    /** It is not polled any more: it has ended since it was read. */
    ENDED
}
