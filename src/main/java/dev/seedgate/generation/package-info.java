/** The mirror API and the task behind it, from the accepted request to its terminal state. */
@NullMarked
@ApplicationModule(
        allowedDependencies = {
            "team",
            "database",
            "credit",
            "upstream",
            "work",
            "audit",
            "telemetry",
            "shared"
        })
package dev.seedgate.generation;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
