/** Who gets in: security chains, key filter, request limits, errors of the server itself. */
@NullMarked
@ApplicationModule(
        allowedDependencies = {"team", "staff", "key", "audit", "database", "telemetry", "shared"})
package dev.seedgate.access;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
