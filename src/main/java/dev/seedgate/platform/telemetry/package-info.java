/**
 * Traces and log lines that name the task, and the counters that may be labelled by team. Each room
 * counts its own events; this is what they share to do so.
 */
@ApplicationModule(allowedDependencies = {"platform.values", "platform.database"})
@NullMarked
package dev.seedgate.platform.telemetry;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
