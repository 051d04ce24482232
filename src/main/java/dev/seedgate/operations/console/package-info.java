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
            "task.queue",
            "task.lifecycle",
            "task.view",
            "task.clip",
            "task.order",
            "billing.usage",
            "billing.statement",
            "billing.integrity",
            "operations.alert",
            "operations.metrics",
            "operations.webhook"
        })
@NullMarked
package dev.seedgate.operations.console;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
