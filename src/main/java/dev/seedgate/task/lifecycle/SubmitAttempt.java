package dev.seedgate.task.lifecycle;

import dev.seedgate.platform.values.TaskId;
import dev.seedgate.vendor.contract.ClipRequest;

/** An attempt to send a task; what is recorded of it must name the attempt again. */
public record SubmitAttempt(TaskId task, int attempt, ClipRequest clip) {}
