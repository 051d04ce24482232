/** Teams and their API keys: who calls, and whether the key is good. */
@NullMarked
@ApplicationModule(allowedDependencies = {"key", "audit", "telemetry", "shared"})
package dev.seedgate.team;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
