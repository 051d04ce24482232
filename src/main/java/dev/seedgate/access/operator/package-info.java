/** The people and programs that run the gateway: their roles, admin keys and sessions. */
@ApplicationModule(
        allowedDependencies = {
            "platform.values",
            "platform.database",
            "platform.web.api",
            "platform.audit",
            "access.apikey",
            "access.team"
        })
@NullMarked
package dev.seedgate.access.operator;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
