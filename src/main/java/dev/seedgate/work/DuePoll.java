package dev.seedgate.work;

import dev.seedgate.shared.TaskId;
import java.time.Duration;

/** A claimed poll. {@code age} counts from the vendor's acceptance. */
public record DuePoll(TaskId task, String upstreamTaskId, Duration age) {}
