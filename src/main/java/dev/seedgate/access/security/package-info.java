/** Security filter chains: who calls, authenticated by what, and who may make which call. */
@ApplicationModule(
        allowedDependencies = {
            "platform.values",
            "platform.database",
            "platform.telemetry",
            "platform.web.api",
            "platform.web.edge",
            "platform.audit",
            "access.team",
            "access.operator"
        })
@NullMarked
package dev.seedgate.access.security;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
