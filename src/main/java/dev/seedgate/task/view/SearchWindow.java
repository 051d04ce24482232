package dev.seedgate.task.view;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The window of a search for what no index tells, such as words of a prompt: the newest tasks that
 * the rest of the filter finds.
 *
 * @param tasks that were looked at
 * @param whole whether those are all of them
 * @param since when the oldest of them was made, null without any
 */
public record SearchWindow(long tasks, boolean whole, @Nullable Instant since) {}
