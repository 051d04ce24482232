package dev.seedgate.task.clip;

import dev.seedgate.platform.values.TaskId;

/**
 * A clip that a task has.
 *
 * @param teamId whose task it is
 * @param url where the vendor says that it is
 */
record FoundClip(TaskId task, long teamId, String url) {}
