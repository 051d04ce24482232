/** Due work: claims a task, submits or polls it, and has the answer recorded. */
@NullMarked
@ApplicationModule(
        allowedDependencies = {"generation", "upstream", "work", "database", "telemetry", "shared"})
package dev.seedgate.dispatch;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
