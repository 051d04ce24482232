/** The dispatcher: claims due work, submits or polls it, and has the answer recorded. */
@ApplicationModule(
        allowedDependencies = {
            "platform.values",
            "platform.database",
            "platform.telemetry",
            "platform.web.api",
            "vendor.contract",
            "vendor.throttle",
            "vendor.client",
            "task.queue",
            "task.lifecycle",
            "task.view"
        })
@NullMarked
package dev.seedgate.task.dispatch;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
