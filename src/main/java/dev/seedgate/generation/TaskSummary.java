package dev.seedgate.generation;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import org.jspecify.annotations.Nullable;

/** A task in a team's list: as {@link TaskDetails}, without its history. */
record TaskSummary(@JsonUnwrapped TaskStatus status, Phase phase, @Nullable String project) {}
