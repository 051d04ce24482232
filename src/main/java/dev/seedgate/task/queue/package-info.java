/**
 * The task queue: what happens later to a task is a row with a due time, claimed by one replica at
 * a time.
 */
@ApplicationModule(allowedDependencies = {"platform.values"})
@NullMarked
package dev.seedgate.task.queue;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
