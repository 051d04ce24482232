package dev.seedgate.task.lifecycle;

import dev.seedgate.platform.values.TaskId;
import dev.seedgate.vendor.contract.ClipRequest;

/**
 * An attempt to send a task; what is recorded of it must name the attempt again.
 *
 * @param number counts the attempts of the task from 1
 */
public record SubmitAttempt(TaskId task, int number, ClipRequest clip) {}
