package dev.seedgate.task.queue;

import dev.seedgate.platform.values.TaskId;
import org.jspecify.annotations.Nullable;

/**
 * A claimed submit: a task is to be sent to the vendor.
 *
 * @param team the slug of its team
 * @param traceParent the trace that it was created in, null when it was not traced
 */
public record DueSubmit(TaskId task, String team, @Nullable String traceParent) {}
