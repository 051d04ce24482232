package dev.seedgate.task.lifecycle;

import dev.seedgate.access.team.AuthenticatedTeam;
import dev.seedgate.platform.values.TaskId;
import org.jspecify.annotations.Nullable;

/**
 * A task that an order is to become.
 *
 * @param caller the team and the key that it is charged to
 * @param traceParent the trace of the request that orders it, null when it is not traced
 */
public record NewTask(
        TaskId id, AuthenticatedTeam caller, Order order, @Nullable String traceParent) {}
