package dev.seedgate.task.queue;

import dev.seedgate.platform.values.TaskId;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A claimed poll: the vendor is to be asked what became of a task.
 *
 * @param age counts from the vendor's acceptance
 * @param team the slug of its team
 * @param traceParent the trace that it was created in, null when it was not traced
 */
public record DuePoll(
        TaskId task,
        String upstreamTaskId,
        Duration age,
        String team,
        @Nullable String traceParent) {}
