package dev.seedgate.task.clip;

import dev.seedgate.platform.values.TaskId;
import org.jspecify.annotations.Nullable;

/**
 * A clip that a task has.
 *
 * @param teamId whose task it is
 * @param url where the vendor says that it is
 * @param copy our own; null where none was ever wanted
 */
record FoundClip(TaskId task, long teamId, String url, @Nullable ClipCopy copy) {}
