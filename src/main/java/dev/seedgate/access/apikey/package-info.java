/** API keys: what one looks like, its lifecycle, and how every replica soon knows of a change. */
@ApplicationModule(
        allowedDependencies = {
            "platform.values",
            "platform.database",
            "platform.telemetry",
            "platform.web.api",
            "platform.audit"
        })
@NullMarked
package dev.seedgate.access.apikey;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
