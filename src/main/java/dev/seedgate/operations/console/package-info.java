/** The console: translates the verbs of the other rooms to HTML. */
@ApplicationModule(
        allowedDependencies = {
            "platform.values",
            "platform.database",
            "platform.telemetry",
            "platform.web.api",
            "platform.audit",
            "access.apikey",
            "access.operator",
            "access.team",
            "vendor.contract",
            "vendor.throttle",
            "vendor.client",
            "vendor.sandbox",
            "credit.ledger",
            "credit.balance",
            "task.lifecycle",
            "task.view",
            "task.order",
            "billing.usage",
            "billing.statement",
            "billing.integrity"
        })
@NullMarked
package dev.seedgate.operations.console;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
