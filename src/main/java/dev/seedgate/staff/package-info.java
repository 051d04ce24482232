/** The people and programs that run the gateway: their roles, admin keys and sessions. */
@NullMarked
@ApplicationModule(allowedDependencies = {"key", "audit", "telemetry", "shared"})
package dev.seedgate.staff;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
