package dev.seedgate.task.lifecycle;

import dev.seedgate.platform.values.TaskId;

/**
 * The end of a task.
 *
 * @param phase SUCCEEDED or FAILED
 */
public record TaskEnd(TaskId task, long team, Phase phase) {}
