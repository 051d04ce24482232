/** Clips themselves: passed on from where the vendor says they are, and copies of our own. */
@ApplicationModule(
        allowedDependencies = {
            "platform.values",
            "platform.database",
            "platform.telemetry",
            "platform.web.api",
            "platform.web.edge",
            "access.team",
            "vendor.media",
            "task.lifecycle"
        })
@NullMarked
package dev.seedgate.task.clip;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
