/** Alerts: what a person should know of, raised once for each thing and sent to a webhook. */
@ApplicationModule(
        allowedDependencies = {
            "platform.values",
            "platform.database",
            "platform.telemetry",
            "platform.web.api",
            "platform.audit",
            "vendor.client",
            "credit.balance",
            "operations.delivery"
        })
@NullMarked
package dev.seedgate.operations.alert;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
