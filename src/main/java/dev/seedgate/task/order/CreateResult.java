package dev.seedgate.task.order;

import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.TaskId;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of a create that was taken.
 *
 * @param charged credits
 * @param remaining what the team has left; null when unlimited, and on a replay
 * @param exceeded the soft limit that it went beyond, null when within all and on a replay
 * @param replayed whether the task was made by an earlier call with the same idempotency key
 */
record CreateResult(
        TaskId task,
        long charged,
        @Nullable Long remaining,
        @Nullable ErrorCode exceeded,
        boolean replayed) {

    static CreateResult replayed(TaskId task, long charged) {
        return new CreateResult(task, charged, null, null, true);
    }
}
