/** Waits: who asks to be told when a task moves or ends, and how they learn of it. */
@ApplicationModule(allowedDependencies = {"platform.values", "platform.database", "task.lifecycle"})
@NullMarked
package dev.seedgate.task.wait;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
