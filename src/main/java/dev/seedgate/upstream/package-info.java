/** The vendor: one guarded client with sealed answers, the cluster's permits and pauses. */
@NullMarked
@ApplicationModule(allowedDependencies = {"audit", "telemetry", "shared"})
package dev.seedgate.upstream;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
