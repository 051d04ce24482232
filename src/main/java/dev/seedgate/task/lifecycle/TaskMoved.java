package dev.seedgate.task.lifecycle;

import dev.seedgate.platform.values.TaskId;

/**
 * The event that something happened to a task, which is in this phase now; published inside the
 * transaction that records it, to be acted on after its commit.
 */
public record TaskMoved(TaskId task, Phase phase) {}
