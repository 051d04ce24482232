/** Orders: how one is read, checked, priced and admitted. */
@ApplicationModule(
        allowedDependencies = {
            "platform.values",
            "platform.database",
            "platform.telemetry",
            "platform.web.api",
            "platform.audit",
            "access.team",
            "vendor.contract",
            "vendor.throttle",
            "vendor.client",
            "credit.ledger",
            "credit.balance",
            "task.queue",
            "task.lifecycle",
            "task.wait"
        })
@NullMarked
package dev.seedgate.task.order;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
