/** Figures of the whole cluster, and how metrics are published. */
@ApplicationModule(allowedDependencies = {"platform.values", "platform.telemetry"})
@NullMarked
package dev.seedgate.operations.metrics;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
