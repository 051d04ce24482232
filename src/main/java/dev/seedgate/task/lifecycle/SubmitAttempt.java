package dev.seedgate.task.lifecycle;

import dev.seedgate.platform.values.TaskId;
import dev.seedgate.vendor.contract.ClipRequest;
import org.jspecify.annotations.Nullable;

/**
 * An attempt to send a task; what is recorded of it must name the attempt again.
 *
 * @param number counts the attempts of the task from 1
 * @param team the slug of the task's team
 * @param traceParent the trace that the task was created in, null when it was not traced
 */
public record SubmitAttempt(
        TaskId task, int number, ClipRequest clip, String team, @Nullable String traceParent) {}
