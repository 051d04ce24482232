/** Webhooks: teams are told of their tasks' ends, each at least once. */
@ApplicationModule(
        allowedDependencies = {
            "platform.values",
            "platform.database",
            "platform.telemetry",
            "platform.web.api",
            "platform.audit",
            "access.team",
            "vendor.client",
            "task.lifecycle",
            "task.order",
            "task.view",
            "operations.delivery",
            "operations.alert"
        })
@NullMarked
package dev.seedgate.operations.webhook;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
