package dev.seedgate.task.lifecycle;

import dev.seedgate.platform.values.TaskId;
import dev.seedgate.vendor.contract.ClipRequest;

/**
 * A task that is about to be sent, as this attempt; what is recorded of it must name the attempt
 * again.
 */
public record SubmitAttempt(TaskId task, int attempt, ClipRequest clip) {}
