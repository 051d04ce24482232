package dev.seedgate.task.queue;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * The due work of one kind.
 *
 * @param oldestDueSeconds how long the oldest is overdue; 0 when none is
 */
public record Backlog(
        WorkKind kind,
        long tasks,
        long due,
        @JsonProperty("oldest_due_seconds") long oldestDueSeconds) {}
