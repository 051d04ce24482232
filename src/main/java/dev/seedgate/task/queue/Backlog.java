package dev.seedgate.task.queue;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * The work of one kind.
 *
 * @param kind {@code submit}, {@code sent}, {@code poll} or {@code refund}
 * @param oldestDueSeconds how long the oldest is overdue; 0 when none is
 */
public record Backlog(
        String kind,
        long tasks,
        long due,
        @JsonProperty("oldest_due_seconds") long oldestDueSeconds) {}
