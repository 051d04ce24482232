package dev.seedgate.task.view;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.seedgate.task.lifecycle.Phase;
import org.jspecify.annotations.Nullable;

/** A task in a team's list: as {@link TaskDetails}, without its history. */
record TaskSummary(@JsonUnwrapped TaskStatus status, Phase phase, @Nullable String project) {}
