package dev.seedgate.task.queue;

/** The age of the vendor's last answer about a task, against the age that was asked for. */
public enum Freshness {
    FRESH,
    STALE,
    /** It is not polled any more: it has ended since it was read. */
    ENDED
}
