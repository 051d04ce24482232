package dev.seedgate.generation;

import dev.seedgate.shared.TaskId;
import dev.seedgate.upstream.ClipRequest;

/**
 * A task that is about to be sent, as this attempt; what is recorded of it must name the attempt
 * again.
 */
public record SubmitAttempt(TaskId task, int attempt, ClipRequest clip) {}
