/**
 * What operators see from outside: traces and log lines that name the task, and figures of the
 * whole cluster. Each room counts its own events; this is what they share to do so.
 */
@NullMarked
@ApplicationModule(allowedDependencies = "shared")
package dev.seedgate.telemetry;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
